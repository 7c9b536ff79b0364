package io.github.parewire.cli;

import io.github.parewire.host.Versions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** The versions of this program and its libraries, as the build wrote them. */
final class VersionProvider implements CommandLine.IVersionProvider {

  private static final String PROGRAM = "onnx-parewire";

  @Override
  public String[] getVersion() {
    Map<String, String> versions = Versions.all();
    List<String> lines = new ArrayList<>();
    lines.add(PROGRAM + " " + versions.remove(PROGRAM));
    versions.forEach((name, version) -> lines.add(name + " " + version));
    lines.add("java " + System.getProperty("java.version"));
    return lines.toArray(String[]::new);
  }
}
