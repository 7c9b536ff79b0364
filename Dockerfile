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
WORKDIR /models
USER 1000:1000
ENTRYPOINT ["/opt/onnx-parewire/bin/onnx-parewire"]
