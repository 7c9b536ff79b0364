package io.github.parewire.result;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What ran, and where.
 *
 * @param os the system and its architecture
 * @param java the version of Java
 * @param processors how many Java sees
 * @param versions of the program and of the libraries that its results come from, by name
 * @param gpu the GPU that ND4J used; empty for none
 * @param openCl the OpenCL device that was used; empty for none
 */
public record Host(
    String os,
    String java,
    int processors,
    Map<String, String> versions,
    Optional<Gpu> gpu,
    Optional<OpenClDevice> openCl) {

  /** Copies its arguments. */
  public Host {
    versions = Collections.unmodifiableMap(new TreeMap<>(versions));
  }

  /** {@return what the layers were rewired on: a product, or cpu} */
  public String device() {
    return openCl.map(OpenClDevice::name).or(() -> gpu.map(Gpu::name)).orElse("cpu");
  }
}
