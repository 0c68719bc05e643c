FROM python:3.11-slim

# What WeasyPrint renders PDF files with; and PostgreSQL's client programs of the server's version, for backup and restore.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
       postgresql-common ca-certificates \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install --yes --no-install-recommends postgresql-client-18 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /app trinvis

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 XDG_CACHE_HOME=/tmp/cache
WORKDIR /app

COPY requirements/base.txt requirements/base.txt
RUN pip install --no-cache-dir --no-deps --require-hashes --requirement requirements/base.txt

COPY . .
# Neither step reads a secret: the values are for this one command and go nowhere.
RUN python -m devstack.messages compile \
    && DJANGO_SETTINGS_MODULE=config.settings.production DATABASE_URL=postgresql://nobody@127.0.0.1/none \
       ALLOWED_HOSTS=build SECRET_KEY=build IDENTITY_KEYS=k1:build IDENTITY_INDEX_KEY=build \
       python manage.py collectstatic --no-input --verbosity 0

USER trinvis
EXPOSE 8000
CMD ["gunicorn", "config.wsgi:application", "--bind=0.0.0.0:8000", "--worker-class=gthread", "--workers=2", "--threads=4", "--worker-tmp-dir=/dev/shm", "--no-control-socket"]
