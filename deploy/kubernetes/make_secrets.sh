#!/bin/sh
# Secrets and files for the example: from the folder that deploy/make_secrets.py made. Runs again safely.
#   kubectl apply --filename deploy/kubernetes/00-namespace.yaml
#   sh deploy/kubernetes/make_secrets.sh deploy/secrets
set -eu
cd "${1:?the folder with the secrets}"
here=$OLDPWD/deploy

# Each part gets its own secrets and no other: the name of the Secret, then its files.
secret() {
    name=$1; shift
    for file in "$@"; do set -- "$@" "--from-file=$file"; shift; done
    kubectl create secret generic "$name" --namespace hours --dry-run=client --output yaml "$@" |
        kubectl apply --filename -
}
secret program-secrets secret_key secret_key_fallbacks credential_keys program_password redis_password email_url metrics_token sentry_dsn google_client_secret microsoft_client_secret oidc_client_secret
secret owner-secrets secret_key credential_keys owner_password
secret database-secrets postgres_password owner_password program_password
secret broker-secrets redis_acl redis_password
for map in "roles $here/postgres/roles.sh" "redis $here/redis/redis.conf"; do
    kubectl create configmap "${map%% *}" --namespace hours --from-file="${map#* }" \
        --dry-run=client --output yaml | kubectl apply --filename -
done
