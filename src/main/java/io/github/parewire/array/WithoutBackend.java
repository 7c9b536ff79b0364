package io.github.parewire.array;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;

/**
 * Hides one of ND4J's backends from its search for services. Of several ND4J takes the GPU's if the
 * environment does not say otherwise, and fails where there is no GPU.
 */
final class WithoutBackend extends ClassLoader {

  private static final String SERVICES = "META-INF/services/org.nd4j.";

  private static final String BACKEND = SERVICES + "linalg.factory.Nd4jBackend";

  private final String artifact;

  /**
   * Makes a loader.
   *
   * @param parent loads the classes
   * @param artifact how the names of the backend's jar files begin
   */
  WithoutBackend(ClassLoader parent, String artifact) {
    super(parent);
    this.artifact = artifact;
  }

  /** Whether any other one is there. */
  boolean hasBackend() {
    try {
      return getResources(BACKEND).hasMoreElements();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Enumeration<URL> getResources(String name) throws IOException {
    Enumeration<URL> found = super.getResources(name);
    return name.startsWith(SERVICES)
        ? Collections.enumeration(
            Collections.list(found).stream().filter(url -> !isHidden(url)).toList())
        : found;
  }

  private boolean isHidden(URL url) {
    String path = url.getPath();
    int jarEnd = path.lastIndexOf('!');
    return jarEnd > 0 && path.substring(path.lastIndexOf('/', jarEnd) + 1).startsWith(artifact);
  }
}
