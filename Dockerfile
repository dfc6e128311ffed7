# The service as one image for compose, Lambda (container image, Web Adapter) and ECS. See docs/image.md.
#
#   docker build -t upload-service .
#
# Pin what it stands on by digest: --build-arg PYTHON_IMAGE=python:3.13-slim-trixie@sha256:…

ARG PYTHON_IMAGE=python:3.13-slim-trixie
ARG ADAPTER_IMAGE=public.ecr.aws/awsguru/aws-lambda-adapter:1.1.0

FROM ${ADAPTER_IMAGE} AS adapter

FROM ${PYTHON_IMAGE} AS build
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends binutils >/dev/null
RUN python -m venv --without-pip /opt/upload-service && mkdir /spool
COPY requirements.lock ./
RUN pip --python /opt/upload-service/bin/python install --no-compile --require-hashes -r requirements.lock
COPY upload_service /opt/upload-service/app/upload_service
# The sources and the symbols of compiled modules go: 12 MB of symbols alone. Bytecode is made here, once, because at
# run time nothing can be written.
RUN find /opt/upload-service/lib \( -name '*.c' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.pyi' \) -delete \
 && find /opt/upload-service/lib -name '*.so' -exec strip --strip-unneeded {} + \
 && /opt/upload-service/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/upload-service

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="upload-service" \
      org.opencontainers.image.description="Streams the file of a multipart form into a PUT to the presigned URL that came with it" \
      org.opencontainers.image.licenses="MIT"
COPY --from=adapter /lambda-adapter /opt/extensions/lambda-adapter
COPY --from=build /opt/upload-service /opt/upload-service
ENV PATH=/opt/upload-service/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PORT=8000 \
    AWS_LWA_PORT=8000 \
    AWS_LWA_READINESS_CHECK_PATH=/healthz \
    AWS_LWA_READINESS_CHECK_HEALTHY_STATUS=200-299 \
    AWS_LWA_POOL_IDLE_TIMEOUT_SECONDS=0 \
    AWS_LWA_INVOKE_MODE=buffered
# A volume that is mounted here belongs to the user; without one, files that wait lie in /tmp.
COPY --from=build --chown=10001:10001 /spool /spool
WORKDIR /opt/upload-service/app
# The image of Python comes without bytecode, and each start would compile anew what it loads of the standard library,
# with traces or without.
RUN python -c 'import encodings.idna, requests, sys, upload_service.command, upload_service.telemetry.otlp_traces; \
      files = [str(getattr(each, "__file__", "")) for each in sys.modules.values()]; \
      print(*(each for each in files if each.startswith(sys.base_prefix) and each.endswith(".py")), sep="\n")' \
 | python -m compileall -q --invalidation-mode unchecked-hash -i -
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["python", "-I", "-S", "-c", "import os, sys, http.client as h; c = h.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=2); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
CMD ["python", "-m", "upload_service"]
