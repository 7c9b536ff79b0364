package io.github.parewire.cli;

import picocli.CommandLine;

/** The version that the build wrote into the jar. */
final class VersionProvider implements CommandLine.IVersionProvider {

  @Override
  public String[] getVersion() {
    String version = Main.class.getPackage().getImplementationVersion();
    return new String[] {"onnx-parewire " + (version == null ? "(not built)" : version)};
  }
}
