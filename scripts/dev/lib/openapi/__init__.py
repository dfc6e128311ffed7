"""The contract, `upload_service/pages/static/openapi.json`, made from the code by ./scripts/dev/docs."""
