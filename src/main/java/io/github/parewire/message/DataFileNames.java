package io.github.parewire.message;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Names of data files. A model says where its data files are by paths relative to its folder, and
 * is taken to other systems: a name must be one that all of them can have.
 */
public final class DataFileNames {

  /** Of a name, in bytes, on the file systems that are in use. */
  private static final int LONGEST = 255;

  /** What some system can't have, or a terminal obeys. */
  private static final Pattern UNFIT =
      Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}<>:\"/\\\\|?*]");

  /** What Windows takes for a device, whatever follows a dot. */
  private static final Pattern DEVICE =
      Pattern.compile(
          "(con|prn|aux|nul|(com|lpt)[0-9\u00b9\u00b2\u00b3]|conin\\$|conout\\$) *(\\..*)?",
          Pattern.CASE_INSENSITIVE);

  /** What ONNX Runtime takes for a place in memory, as the onnx package does a leading #. */
  private static final String ORT_MEMORY = "ORT_MEM_ADDR";

  private DataFileNames() {}

  /**
   * Whether a file can have this name on every system.
   *
   * @param name a name, not a path
   * @return false if some system can't have it, or some reader takes it for something else
   */
  public static boolean isPortable(String name) {
    return !name.isEmpty()
        && bytes(name) <= LONGEST
        && !UNFIT.matcher(name).find()
        && !name.endsWith(".")
        && !name.endsWith(" ")
        && !DEVICE.matcher(name).matches()
        && !name.startsWith("#")
        && !name.contains(ORT_MEMORY);
  }

  private static int bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8).length;
  }

  /**
   * What names of one file have in common: some file systems do not tell letters by their case, nor
   * composed characters from their parts.
   *
   * @param name a name or a path
   * @return equal for names that may be one file's
   */
  public static String folded(String name) {
    String oneCase = name.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    return Normalizer.normalize(oneCase, Normalizer.Form.NFC);
  }

  /**
   * A path for a model to name, in its plain form.
   *
   * @param path names with / between them, relative to the model's folder
   * @param isFolder whether it may end in /
   * @return the same without names that stand for nothing, such as "."
   * @throws UsageException if it leads elsewhere, or has a name that some system can't have
   */
  public static String location(String path, boolean isFolder) {
    if (path.startsWith("/")) {
      throw refusal(path, "an absolute path");
    }
    if (!isFolder && path.endsWith("/")) {
      throw refusal(path, "a folder");
    }
    List<String> names = new ArrayList<>();
    for (String name : path.split("/", -1)) {
      if (name.equals("..")) {
        throw refusal(path, "'..'");
      }
      if (!name.isEmpty() && !name.equals(".")) {
        requirePortable(path, name);
        names.add(name);
      }
    }
    if (names.isEmpty()) {
      throw refusal(path, "no name");
    }
    return String.join("/", names);
  }

  private static void requirePortable(String path, String name) {
    if (!FileNames.canHave(name)) {
      throw FileNames.refusal("external data '" + path + "'");
    }
    if (!isPortable(name)) {
      throw refusal(path, "a name that some systems or readers of ONNX can't have, '" + name + "'");
    }
  }

  private static UsageException refusal(String path, String found) {
    return new UsageException(
        Message.of(
            Message.option(RunOption.EXTERNAL_DATA, path),
            ": expected a path below the folder of OUT, with / between names, found ",
            found),
        Message.of("name it such as weights.bin or data/weights.bin"));
  }

  /**
   * A name made of any text.
   *
   * @param text what it is to look like
   * @return a name that is portable and not hidden, and has room for a number
   */
  public static String portable(String text) {
    String name = UNFIT.matcher(text).replaceAll("_").replace(ORT_MEMORY, "-");
    name = cut(name, LONGEST - 32).replaceFirst("^[.#]+", "_").replaceFirst("[. ]+$", "_");
    if (name.isEmpty()) {
      return "tensor";
    }
    return DEVICE.matcher(name).matches() ? "_" + name : name;
  }

  /** As many whole characters as fit. */
  private static String cut(String name, int most) {
    int end = Math.min(name.length(), most);
    if (end < name.length() && Character.isLowSurrogate(name.charAt(end))) {
      end--;
    }
    while (bytes(name.substring(0, end)) > most) {
      end = name.offsetByCodePoints(end, -1);
    }
    return name.substring(0, end);
  }
}
