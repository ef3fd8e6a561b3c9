# One image, six roles, each a command; docs/operations.md says which variables they want.
#   docker run IMAGE run web       serves the pages (what runs without a command)
#   docker run IMAGE run worker    publishes; any number of them
#   docker run IMAGE run chores    does all other work; any number of them
#   docker run IMAGE run hooks     tells webhook endpoints; any number of them
#   docker run IMAGE run media     converts pictures and videos, on as many cores as it is given; any number of them
#   docker run IMAGE run beat      wakes the workers; exactly one
#   docker run IMAGE migrate       brings the database up to date; once for each release, as the owner of the tables
FROM python:3.11-slim AS packages
WORKDIR /app
COPY requirements/bootstrap.txt requirements/base.txt requirements/
RUN python -m venv /app/.venv \
 && /app/.venv/bin/pip install --no-cache-dir --quiet --require-hashes -r requirements/bootstrap.txt \
 && /app/.venv/bin/uv pip sync --no-cache --quiet --python /app/.venv/bin/python --require-hashes --compile-bytecode \
      requirements/base.txt

FROM python:3.11-slim
# What sets the type of PDFs.
RUN apt-get update --quiet \
 && apt-get install --yes --quiet --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
      fonts-inter fonts-noto-core \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --user-group --home-dir /app postroom \
 && install -d -o postroom -g postroom /var/lib/postroom
WORKDIR /app
COPY --from=packages /app/.venv .venv
COPY manage.py ./
COPY config config
COPY apps apps
COPY templates templates
COPY locale locale
COPY static static
# What /developers/ shows.
COPY docs/events.md docs/
COPY docs/guides docs/guides
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    POSTROOM_VAR=/var/lib/postroom \
    STATIC_ROOT=/app/staticfiles \
    BIND=0.0.0.0 \
    PORT=8000
# Files of the pages are part of the image; the values stand in for real ones, which collecting does not use.
RUN SECRET_KEY=not-used-while-collecting KEYRING=build:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    PUBLIC_URL=https://postroom.example python manage.py collectstatic --noinput --verbosity 0
USER postroom
VOLUME /var/lib/postroom
EXPOSE 8000
# For the role web; a worker, chores, hooks, media or beat that breaks ends by itself, so start those with --no-healthcheck.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", \
  "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
ENTRYPOINT ["python", "manage.py"]
CMD ["run", "web"]
