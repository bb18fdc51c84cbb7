# Two stages: the first compiles, the second holds the program and nothing that compiles.

FROM rust:1.95-bookworm AS build
WORKDIR /build
COPY . .
RUN cargo build --release --locked --bin gatepost

FROM debian:bookworm-slim
RUN groupadd --gid 10001 gatepost \
    && useradd --uid 10001 --gid gatepost --no-create-home --shell /usr/sbin/nologin gatepost \
    && install --directory --mode 0700 --owner gatepost --group gatepost /data
COPY --from=build /build/target/release/gatepost /usr/local/bin/gatepost

USER 10001:10001
# Freed memory is kept for a second (docs/operations.md).
ENV GATEPOST_LISTEN=0.0.0.0:8080 GATEPOST_DATA_DIR=/data MIMALLOC_PURGE_DELAY=1000
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=6s --start-period=10s CMD ["gatepost", "healthcheck"]
ENTRYPOINT ["gatepost"]
CMD ["serve"]
