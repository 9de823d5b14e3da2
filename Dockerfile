# A picture with nothing in it but fedlint, which links nothing and opens no connection:
#   docker build -t fedlint .
#   docker run --rm --network none -v "$PWD:/work:ro" fedlint scan
FROM rust:1.95-slim AS build
WORKDIR /source
COPY . .
ENV RUSTFLAGS="-C target-feature=+crt-static"
# With a target, the flags are not used for what the build itself runs.
RUN target=$(rustc -vV | sed -n 's/^host: //p') \
    && cargo build --release --locked --bin fedlint --target "$target" \
    && cp "target/$target/release/fedlint" /fedlint

FROM scratch
COPY --from=build /fedlint /fedlint
WORKDIR /work
ENTRYPOINT ["/fedlint"]
