"""What docker-compose.yml runs beside the service: a signer of URLs for the page, and the lines to paste.

Standard library only, because it runs in the image. ./scripts/local uses the same signer.
"""
