"""PyYAML's C loader, or ruamel.yaml: `py.py pyyaml|ruamel FILE REPEATS`.

Prints one line a measurement: its name and seconds, on the clock and of processors; the last line is the peak of memory in KiB.
"""

import io
import os
import random
import sys
import time

which, path, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3])
text = open(path, encoding="utf-8").read()

if which == "pyyaml":
    import yaml

    class Loader(yaml.CSafeLoader):
        pass

    class Dumper(yaml.CSafeDumper):
        pass

    # Tags are lost, as they are with whoever reads such files with PyYAML.
    Loader.add_multi_constructor("!", lambda loader, tag, node: loader.construct_mapping(node, True))

    def load():
        return list(yaml.load_all(text, Loader))

    def dump(documents, out):
        yaml.dump_all(documents, out, Dumper, sort_keys=False)
else:
    from ruamel.yaml import YAML

    ruamel = YAML(typ="rt")
    ruamel.preserve_quotes = True

    def load():
        return list(ruamel.load_all(text))

    def dump(documents, out):
        ruamel.dump_all(documents, out)


def timed(name, work, times):
    seconds = []
    result = None
    for _ in range(times):
        result = None
        began, used = time.perf_counter(), time.process_time()
        result = work()
        seconds.append(f"{time.perf_counter() - began}:{time.process_time() - used}")
    print(name, *seconds, flush=True)
    return result


documents = timed("load", load, repeats)
chance = random.Random(1)


def edit():
    document = chance.choice(documents)
    document["name"] = "Renamed"
    out = io.StringIO()
    dump([document], out)
    return out.getvalue()


timed("edit", edit, 200)


def save():
    with open(path + ".new", "w", encoding="utf-8") as out:
        dump(documents, out)
        out.flush()
        os.fsync(out.fileno())
    os.replace(path + ".new", path + "." + which)


timed("save", save, 1)
print("peak", next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
