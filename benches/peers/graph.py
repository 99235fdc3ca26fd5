"""Graphviz, igraph and networkx: `graph.py WHAT FILE REPEATS [DRAWING | PAIRS]`.

`dot` and `sfdp` lay out the graph of the file and write the drawing; `igraph` and `networkx` find
what reaches what; `igraph-chains` and `networkx-chains` the first chain of at most six hops between
each of the pairs of a file. Prints a line of JSON a measurement, with seconds on the clock and of
processors, and one for the peak of memory in KiB.
"""

import json
import resource
import subprocess
import sys
import time

what, path, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3])
other = sys.argv[4] if len(sys.argv) > 4 else None
HOPS = 6

with open(path, encoding="utf-8") as file:
    numbers = list(map(int, file.read().split()))
nodes, count = numbers[:2]
flat = numbers[2 + nodes :]
edges = list(zip(flat[0::2], flat[1::2]))
assert len(edges) == count

# The boxes and gaps of all layered drawings here, in inches.
BOX = ["shape=box", "fixedsize=true", f"width={120 / 72}", f"height={32 / 72}", "label=\"\""]
LAYERED = ["-Grankdir=LR", f"-Granksep={60 / 72}", f"-Gnodesep={16 / 72}"]
# Overlaps stay, as removing them takes it as long again; lines are straight.
FORCE = ["-Goverlap=true"]


def report(name, seconds):
    print(json.dumps({"name": name, "seconds": seconds}), flush=True)


def peak(who):
    print(json.dumps({"peak": resource.getrusage(who).ru_maxrss}))


def timed(name, work, times):
    seconds = []
    result = None
    for _ in range(times):
        result = None
        began, used = time.perf_counter(), time.process_time()
        result = work()
        seconds.append([time.perf_counter() - began, time.process_time() - used])
    report(name, seconds)
    return result


def graphviz(program, options):
    node = ", ".join(BOX)
    lines = "".join(f"{a}->{b};\n" for a, b in edges)
    names = "".join(f"{node};\n" for node in range(nodes))
    text = f"digraph {{ node [{node}];\n{names}{lines}}}\n".encode()
    seconds = []
    for _ in range(repeats):
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        command = [program, "-Tplain", "-y", *options]
        drawn = subprocess.run(command, input=text, stdout=subprocess.PIPE, check=True).stdout
        clock, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        seconds.append([clock, used])
    report("layout", seconds)
    peak(resource.RUSAGE_CHILDREN)
    if other:
        write(drawn.decode(), routed=program == "dot")


def write(drawn, routed):
    """A line for each box, then one for the corners of each edge in the order of the file.

    sfdp lets boxes lie on each other and cuts lines off at them, which would leave nothing of most:
    where nothing is routed, lines go from middle to middle."""
    boxes, lines = {}, {}
    for line in drawn.splitlines():
        words = line.split(" ")
        if words[0] == "node":
            x, y, width, height = (float(word) * 72 for word in words[2:6])
            sides = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            boxes[int(words[1])] = " ".join(map(str, sides))
        elif words[0] == "edge":
            many = int(words[3])
            at = [float(word) * 72 for word in words[4 : 4 + 2 * many]]
            if routed:
                lines[int(words[1]), int(words[2])] = corners(list(zip(at[0::2], at[1::2])))
    with open(other, "w", encoding="utf-8") as out:
        for node in range(nodes):
            print(boxes[node], file=out)
        for edge in edges:
            print(*(f"{x:.3f} {y:.3f}" for x, y in lines.get(edge, [])), file=out)


def corners(controls):
    """Points along the cubic Bezier curves through every third of the control points."""
    points = controls[:1]
    for at in range(0, len(controls) - 3, 3):
        a, b, c, d = controls[at : at + 4]
        straight = all(abs(cross(a, d, it)) < 0.5 for it in (b, c))
        for step in [8] if straight else range(1, 9):
            t = step / 8
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            points.append(tuple(sum(w * it[axis] for w, it in zip(weights, (a, b, c, d))) for axis in (0, 1)))
    return points


def cross(a, b, point):
    """The distance of a point from the line through two others."""
    length = ((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2) ** 0.5 or 1.0
    return ((b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])) / length


def pairs():
    with open(other, encoding="utf-8") as file:
        return [tuple(map(int, line.split())) for line in file]


def chains(first):
    seconds = []
    for start, end in pairs():
        began, used = time.perf_counter(), time.process_time()
        assert first(start, end), "there is a chain"
        seconds.append([time.perf_counter() - began, time.process_time() - used])
    report("chains", seconds)


if what == "dot":
    graphviz("dot", LAYERED)
elif what == "sfdp":
    graphviz("sfdp", FORCE)
elif what.startswith("igraph"):
    import igraph

    graph = igraph.Graph(n=nodes, edges=edges, directed=True)
    if what == "igraph":
        reached = timed("closure", lambda: graph.neighborhood_size(order=nodes, mode="out"), repeats)
        print(json.dumps({"name": "pairs", "count": sum(reached) - nodes}))
    else:
        # It has no lazy search; the limit on results stops it at the first.
        chains(lambda start, end: graph.get_all_simple_paths(start, end, maxlen=HOPS, max_results=1))
    peak(resource.RUSAGE_SELF)
else:
    import networkx

    graph = networkx.DiGraph(edges)
    graph.add_nodes_from(range(nodes))

    def closure():
        condensed = networkx.condensation(graph)
        return networkx.transitive_closure_dag(condensed), condensed

    if what == "networkx":
        closed, condensed = timed("closure", closure, repeats)
        size = {at: len(data["members"]) for at, data in condensed.nodes(data=True)}
        within = sum(it * (it - 1) for it in size.values())
        across = sum(size[a] * size[b] for a, b in closed.edges)
        print(json.dumps({"name": "pairs", "count": within + across}))
    else:
        chains(lambda start, end: next(networkx.all_simple_paths(graph, start, end, cutoff=HOPS)))
    peak(resource.RUSAGE_SELF)
