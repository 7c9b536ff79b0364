package io.github.parewire.write;

import io.github.parewire.message.DataFileNames;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Names for files that hold a tensor each: the tensor's, where a file can have it on any system and
 * no tensor before has it. Others get one that looks like it, with a number if that is taken. So
 * the same model has the same names wherever and whenever it is written.
 */
final class TensorFileNames {

  private final Set<String> taken = new HashSet<>();
  private final Map<String, Integer> numbers = new HashMap<>();

  private TensorFileNames() {}

  /**
   * Names files.
   *
   * @param tensors the tensors' names, of which some may be equal or empty
   * @param other the name of a file that is none of them
   * @return a name for each
   */
  static List<String> of(List<String> tensors, String other) {
    TensorFileNames names = new TensorFileNames();
    names.take(other);
    List<String> files = new ArrayList<>(Collections.nCopies(tensors.size(), null));
    for (int i = 0; i < tensors.size(); i++) {
      String name = tensors.get(i);
      // A hidden file is nothing that a model's author should be able to put beside it.
      if (DataFileNames.isPortable(name) && !name.startsWith(".") && names.take(name)) {
        files.set(i, name);
      }
    }
    for (int i = 0; i < tensors.size(); i++) {
      if (files.get(i) == null) {
        files.set(i, names.substitute(DataFileNames.portable(tensors.get(i))));
      }
    }
    return files;
  }

  private boolean take(String name) {
    return taken.add(DataFileNames.folded(name));
  }

  private String substitute(String name) {
    if (take(name)) {
      return name;
    }
    while (true) {
      String numbered = name + "_" + numbers.merge(name, 1, Integer::sum);
      if (take(numbered)) {
        return numbered;
      }
    }
  }
}
