# docker build -t onnx-parewire .
# docker run --rm -u "$(id -u):$(id -g)" -v "$PWD:/models" onnx-parewire model.onnx rewired.onnx
FROM maven:3.9.11-eclipse-temurin-25 AS build
WORKDIR /src
COPY . .
RUN mvn -B -ntp -P dist -DskipTests package \
    && mv target/dist/image/onnx-parewire-* /opt/onnx-parewire

# The program brings its Java; of the system it needs the C and C++ libraries.
FROM debian:12.11-slim
COPY --from=build /opt/onnx-parewire /opt/onnx-parewire
ENV LC_ALL=C.UTF-8
# What the workflow of releases says: pom.xml's version, and the commit.
ARG VERSION=unreleased
ARG REVISION=unknown
LABEL org.opencontainers.image.title="onnx-parewire" \
      org.opencontainers.image.description="Preferential-attachment rewiring of the initial weights in an ONNX file" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.source="https://github.com/parewire/onnx-parewire" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /models
USER 1000:1000
ENTRYPOINT ["/opt/onnx-parewire/bin/onnx-parewire"]
