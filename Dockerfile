# The service alone: the packages of requirements/run.txt by their hashes, as a user without rights.

FROM python:3.13-slim-trixie AS build
WORKDIR /srv/seuranta
RUN python -m venv .venv
COPY requirements/build.txt requirements/run.txt requirements/
RUN .venv/bin/python -m pip install --no-cache-dir --require-hashes \
    --requirement requirements/build.txt --requirement requirements/run.txt
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY service service
RUN .venv/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
 && .venv/bin/python -m pip uninstall --yes setuptools pip \
 && .venv/bin/python -m compileall -q service

FROM python:3.13-slim-trixie
RUN useradd --system --uid 10001 --no-create-home seuranta \
 && install --directory --owner seuranta --mode 0700 /var/lib/seuranta
WORKDIR /srv/seuranta
COPY --from=build /srv/seuranta ./
COPY openapi.yaml openapi.yaml
COPY fhir_profiles fhir_profiles
COPY migrations migrations
ENV PATH=/srv/seuranta/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    SEURANTA_HOST=0.0.0.0 \
    SEURANTA_DATA_DIR=/var/lib/seuranta
USER seuranta
VOLUME /var/lib/seuranta
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-c", \
    "import os, urllib.request as web; web.urlopen('http://127.0.0.1:' + os.environ.get('SEURANTA_PORT', '8000') + '/health/ready', timeout=4)"]
CMD ["sh", "-c", "seuranta migrate && exec seuranta serve"]
