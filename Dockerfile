# syntax=docker/dockerfile:1
# The same commit, base image and SOURCE_DATE_EPOCH make the same image: docs/operations.md.
ARG PYTHON_IMAGE=python:3.11-slim-trixie

FROM ${PYTHON_IMAGE} AS packages
# Compiled modules then carry a hash of their source and no time.
ARG SOURCE_DATE_EPOCH=0
# requirements-tracing.lock has what sends traces besides.
ARG LOCK=requirements.lock
COPY requirements*.lock /
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /${LOCK}

FROM ${PYTHON_IMAGE}
ARG SOURCE_DATE_EPOCH=0
# pg_dump and pg_restore of the server's version (docker-compose.yml): an older one refuses to dump.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/*
# glibc gives each thread a heap of its own, which never shrinks: two are enough for eight threads.
ENV PATH=/venv/bin:$PATH \
    MALLOC_ARENA_MAX=2 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    STATIC_ROOT=/srv/static \
    COLLECTED_STATIC=true
RUN groupadd --gid 10001 program \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent program \
    && install --directory --owner program --group program --mode 0750 /data /backups
COPY --from=packages /venv /venv
WORKDIR /srv/program
COPY . .
# The containers cannot write, so each start would compile every module anew.
RUN python -m compileall -q .
# Keys that exist only while building: collectstatic touches nothing secret.
RUN python -m timechimp_eb.translations \
    && DATA_DIR=/tmp/building SECRET_KEY=building CREDENTIAL_KEYS=YnVpbGRpbmctb25seS1idWlsZGluZy1vbmx5LWJ1aWw= \
       python manage.py collectstatic --no-input --verbosity 0
USER 10001:10001
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "timechimp_eb.wsgi", "--bind=0.0.0.0:8000", "--worker-class=gthread", "--threads=8", "--config=python:timechimp_eb.serving", "--no-control-socket"]
