"""Bodies of recorded traffic by which ARM refuses, for the tests that tell such refusals apart."""

IN_PROGRESS = (
    "Cannot modify this site because another operation is in progress. Details:"
    " Id: 52866c8e-dabe-488d-95fe-503b3b75cb09, OperationName: Update, CreatedTime: 12/28/2022 8:57:50 PM,"
    " RequestId: b1b7ebc3-8882-4bd7-94bd-004da4056451, EntityType: 3"
)
OPERATION_IN_PROGRESS = {
    "Code": "Conflict",
    "Message": IN_PROGRESS,
    "Details": [
        {"Message": IN_PROGRESS},
        {"Code": "Conflict"},
        {"ErrorEntity": {"Code": "Conflict", "ExtendedCode": "59203", "Message": IN_PROGRESS}},
    ],
}
SUBNET = (
    "/subscriptions/7b3b906c-8d7c-4ad2-9c2f-b22c195f610e/resourceGroups/RS-DEV-EASTUS2-AKS-01/providers"
    "/Microsoft.Network/virtualNetworks/VNET-DEV-EASTUS2-AKS-01/subnets/SNET-AKS-Private-1"
)
AUTHORIZATION_FAILED = {
    "error": {
        "code": "AuthorizationFailed",
        "message": "The client '33e40745-8982-4a7c-a955-13d954023ced' with object id"
        " '33e40745-8982-4a7c-a955-13d954023ced' does not have authorization to perform action"
        f" 'Microsoft.Network/virtualNetworks/subnets/read' over scope '{SUBNET}' or the scope is invalid."
        " If access was recently granted, please refresh your credentials.",
    }
}
THROTTLED = {
    "error": {
        "code": "SubscriptionRequestsThrottled",
        "message": "Number of 'read' requests for subscription 'e093f4fd-0000-0000-0000-000000000000' actor"
        " '85e5d083-7fd9-4588-9a28-6c035bea11a3' exceeded. Please try again after '10' seconds.",
    }
}
