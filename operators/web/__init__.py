"""The admin API: what it answers and how it fails. No azure.functions here: function_app encodes."""
