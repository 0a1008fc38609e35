"""Azure, one file per service: SDK objects in, core facts out. SDK exceptions become operators.errors here."""
