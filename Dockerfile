# The service as one image: API, workers, beat and MQTT listener differ in their command alone (compose.yaml).
FROM python:3.11-slim
# A volume takes its owner from the folder that it covers; the number is what compose.yaml's files belong to.
RUN useradd --uid 10001 --user-group --create-home --home-dir /var/lib/condivisa condivisa \
    && install --directory --owner=condivisa --group=condivisa /var/lib/condivisa/state
WORKDIR /opt/condivisa
COPY requirements/runtime.txt requirements/runtime.in requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/runtime.txt
COPY pyproject.toml README.md alembic.ini ./
COPY settlement settlement
COPY community community
COPY planning planning
COPY oracle oracle
COPY api api
COPY cli cli
COPY migrations migrations
COPY contracts/artifacts contracts/artifacts
COPY web/verifier/verify.html web/verifier/verify.html
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable .
USER condivisa
ENV CONDIVISA_STATE=/var/lib/condivisa/state
ENTRYPOINT ["condivisa"]
CMD ["serve", "--host", "0.0.0.0"]
