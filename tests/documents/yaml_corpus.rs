//! Small texts, one trap each, and every edit that can be tried on them.

use exchange_studio::yaml::{Kind, NodeId, Op, Step, Tree, Value};

/// Name of the trap and the text that holds it. All of them parse.
pub const TRAPS: &[(&str, &str)] = &[
    ("empty", ""),
    ("only comments", "# a\n\n# b\n"),
    ("no last line break", "a: 1"),
    ("byte-order mark", "\u{feff}!T\na: 1\nl:\n- x\n"),
    ("CRLF", "!T\r\na: 1 # c\r\nl:\r\n  - id: x\r\n  - id: 'v'\r\n# end\r\n"),
    ("CR", "a: 1\rl:\r- x\r- v\r"),
    ("mixed line endings", "a: 1\r\nl:\n  - x\r\n  - v\nb: 2\r"),
    ("tag on its line", "!ClientAppDto\nid: \"a\"\nallowed:\n  - id: \"b\"\n"),
    ("tag behind the marker", "--- !ClientAppDto\nid: a\nl: []\n"),
    ("tag and nothing", "!T\n"),
    ("only a marker", "---\n# c\n"),
    ("document end", "---\na: 1\nl:\n- x\n...\n# tail\n"),
    ("directives", "%YAML 1.2\n%TAG !e! tag:e,2000:\n---\na: !e!x 1\nl: !!seq\n- x\n"),
    ("numbers as text", "s: 104857600000000000021\nz: 00123\ne: 1e9\nh: 0x1F\nb: no\nv: ~\n"),
    ("dates and times", "d: 2024-01-02\nt: 12:30:45\nu: 1_000\nq: =\nm: <<\n"),
    ("placeholders", "id: \"{{guid:x}}\"\nr: '{{ref:v}}'\nu: {{guid:w}}\n"),
    ("absent values", "a:\nb:\n  -\n  -\nc: {d: , e}\nf:\n"),
    ("absent value with blanks", "a:  \nb: 1\n"),
    ("nulls", "a: ~\nb: null\nc: Null\nd: [~, null]\n"),
    ("empty collections", "a: []\nb: {}\nc: [ ] # c\nd:\n- []\n- {}\n"),
    ("indented list", "l:\n    -   id: x\n        t: v\n    -   id: w\n"),
    ("indentless list", "l:\n- id: x\n  t: v\n- id: w\nm: 1\n"),
    ("list in list", "- - a\n  - b\n-\n  - c\n- - - d\n"),
    ("list of lists under a key", "k:\n  - - a\n    - b\n  - - c\n"),
    ("mapping in mapping", "a:\n  b:\n      c: 1\n      d: 2\n  e: 3\nf: 4\n"),
    ("mapping below its dash", "-\n  a: 1\n  b: 2\n-\n  a: 3\n"),
    (
        "comments everywhere",
        "# h\na: 1 # a\n# b\nl: # l\n  # x1\n  - x # x2\n  # x3\n\n  # v1\n  - v # v2\n  # v3\n# m\nm: 1\n# e\n",
    ),
    ("comments between key and value", "a:\n  # one\n\n  # two\n  v\nb: # c\n  - x\n"),
    ("comment deeper than the item", "l:\n- id: a\n  # of a\n# of b\n- id: b\n    # odd\nm: 1\n"),
    ("blank lines", "\n\na: 1\n\n\nl:\n\n  - x\n\n\n  - v\n\n\nb: 2\n\n"),
    ("blanks at line ends", "a: 1  \nl:  \n  - x  \n  - v\t\nb: 2\n"),
    ("tabs", "a:\t1\nl:\n-\tx\n-\tv # c\nb: 2\t# d\n"),
    ("single quotes", "a: 'x'\nb: 'it''s'\nc: ''\nd: 'two\n\n  lines'\n"),
    ("double quotes", "a: \"x\"\nb: \"\\u00e9\\n\\x41\"\nc: \"\"\nd: \"two\\\n  lines\"\n"),
    ("plain over lines", "a: one\n  two\n\n  three # c\nb: 1\n"),
    ("literal", "a: |\n  x\n   v\n\n  w\nb: |-\n  x\nc: |+\n  x\n\nd: 1\n"),
    ("literal with header", "a: |2 # c\n    x\n  v\nb: |1-\n x\n"),
    ("literal at the end", "a: 1\nb: |\n  x\n\n\n"),
    ("literal without line break", "b: |\n  x"),
    ("literal kept at the end", "a: 1\nb: |+\n  x\n\n\n"),
    ("literal of blanks", "a: |\n  x\n    \n   \nb: |+\n\n\nc: |\nd: 1\n"),
    ("folded", "a: >\n  x\n  v\n\n  w\n   z\nb: >-\n  x\n\n\n"),
    ("block scalars in a list", "- |\n  x\n- >-\n  v\n\n- |+\n  w\n\n- z\n"),
    ("block scalar below its key", "a:\n  |\n  x\nb: 1\n"),
    ("flow on one line", "a: [x, v,w , z]\nb: {k: v, l: w,m: z}\nc: [{id: x}, {id: v}]\n"),
    ("flow with blanks", "a: [ x, v ]\nb: { k: v }\nc: [ { id: x } ]\n"),
    ("flow on lines", "a: [\n  x,\n  v\n  ]\nb: {\n  k: v,\n  l: w,\n  }\n"),
    ("flow with comments", "a: [ # 1\n  x, # 2\n  # 3\n  v # 4\n  # 5\n  ] # 6\nb: 1\n"),
    (
        "flow as JSON",
        "{\n  \"a\": \"x\",\n  \"l\": [\n    {\"id\":\"v\"},\n    {\"id\":\"w\"}\n  ]\n}\n",
    ),
    ("flow pairs", "a: [k: v, \"l\":w, ? m : w]\nb: {\"k\":v, l, ? m}\n"),
    ("flow as a key", "[a, b]: 1\n{c: d}: 2\ne: [{f: g}:h]\n"),
    ("explicit keys", "? a\n: 1\n? - b\n  - c\n: - d\n? e\n? |\n  f\n: v\n"),
    ("quoted keys", "\"a\": 1\n'b': 2\n\"c d\" : 3\n? \"e\"\n: 4\n"),
    ("keys in other letters", "ключ: значение\n名前: 太郎 # 注\nl:\n- ü: ä\n"),
    ("anchors and aliases", "a: &x 1\nb: *x\nl:\n- &v {id: 1}\n- *v\n- *x\nm: &e\no: *e\n"),
    ("anchored collections", "a: &x\n  k: 1\nb: &v !t\n- 1\nc: *x\nd: *v\n"),
    ("merge keys", "base: &b\n  a: 1\none:\n  <<: *b\n  c: 2\ntwo:\n  <<: [*b, {d: 3}]\n"),
    ("an anchor twice", "a: &x 1\nb: *x\nc: &x 2\nd: *x\n"),
    ("dangling alias", "a: *no\nb: 1\n"),
    ("tags on values", "a: !!str 1\nb: !t [x]\nc: !t\n  k: v\nd: !t\n- x\ne: !t\nf: !<tag:x> v\n"),
    ("equal keys", "a: 1\nb: 2\na: 3\n"),
    ("number sign and colon inside", "a: x#v\nb: x:v\nc: http://h/p#f\nd: -v\ne: \"# no\"\n"),
    (
        "long line",
        "a: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nb: 1\n",
    ),
    ("scalar as root", "x"),
    ("quoted root", "--- \"x\" # c\n"),
    ("literal root", "--- |\n  x\n  v\n"),
    ("list as root", "# h\n- a\n# b\n- b\n"),
    ("flow as root", "[a, {b: c}]\n"),
    ("properties on their own line", "a:\n  !t &x\n  k: v\nb:\n  &v\n  - x\n"),
    ("key on a tagged line", "- !t\n  a: 1\n- &x\n  a: 2\n- !t a: 3\n"),
];

/// Every node of a tree with the path to it (by places, so that equal keys are told apart).
pub fn paths(tree: &Tree) -> Vec<(Vec<Step>, NodeId)> {
    let mut found = Vec::new();
    let mut todo: Vec<_> = tree.root().map(|root| (Vec::new(), root)).into_iter().collect();
    while let Some((path, id)) = todo.pop() {
        let below = |step: Step| {
            let mut path: Vec<Step> = path.clone();
            path.push(step);
            path
        };
        match tree.node(id).kind {
            Kind::Sequence { items, .. } => {
                todo.extend(items.iter().enumerate().map(|(i, &n)| (below(Step::Index(i)), n)));
            }
            Kind::Mapping { entries, .. } => {
                let entries = entries.iter().enumerate();
                todo.extend(entries.map(|(i, e)| (below(Step::Index(i)), e.1)));
            }
            _ => {}
        }
        found.push((path, id));
    }
    found
}

pub fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// Values that ask for every way of writing.
pub fn values() -> Vec<Value> {
    let map = |key: &str, value: Value| Value::Mapping(vec![(key.to_owned(), value)]);
    let mut values: Vec<Value> =
        ["new", "x: y # z", "l1\n\nl2\n", "no", "", "it's \"q\" ü\t", " - x", "123", "a, [b]"]
            .map(text)
            .into();
    values.push(Value::List(vec![text("p"), map("id", text("1"))]));
    values.push(Value::Mapping(vec![
        ("id".to_owned(), text("new")),
        ("k: e".to_owned(), Value::List(vec![text("q"), Value::List(vec![])])),
    ]));
    values.push(Value::List(Vec::new()));
    let sources =
        ["k: v # c\nl:\n- 1\n", "- x\n\n- |\n  t\n", "'q'", "[a,\n b]", "!t x", ">-\n f\n g\n"];
    values.extend(sources.map(|source| Value::Yaml(source.to_owned())));
    values
}

/// Every edit of a tree with every value: some hundred for a small document.
pub fn edits(tree: &Tree) -> Vec<Op> {
    edits_with(tree, &values())
}

/// Every edit of a tree with each of these values.
pub fn edits_with(tree: &Tree, values: &[Value]) -> Vec<Op> {
    let mut ops = Vec::new();
    for (path, id) in paths(tree) {
        let path = || path.clone();
        for value in values {
            ops.push(Op::Set { path: path(), value: value.clone() });
            ops.push(Op::Add {
                path: path(),
                key: "zz".to_owned(),
                value: value.clone(),
                at: None,
            });
            for index in 0..=tree.items(id).len() {
                ops.push(Op::Insert { path: path(), index, value: value.clone() });
            }
        }
        let (items, entries) = (tree.items(id).len(), tree.entries(id).len());
        for index in 0..items.max(entries) {
            ops.push(Op::Remove { path: path(), index });
            for to in [0, index + 1, items.max(entries) - 1] {
                ops.push(Op::Move { path: path(), from: index, to });
            }
        }
        for (index, value) in (0..entries).zip(values.iter().cycle()) {
            let (key, value, at) = ("zz".to_owned(), value.clone(), Some(index));
            ops.push(Op::Add { path: path(), key, value, at });
        }
        for index in 0..tree.entries(id).len() {
            ops.push(Op::Remove { path: path(), index });
            if let Some(value) = values.first() {
                let (key, value, at) = ("zz".to_owned(), value.clone(), Some(index));
                ops.push(Op::Add { path: path(), key, value, at });
            }
        }
        let len = tree.items(id).len().max(tree.entries(id).len());
        for (from, to) in (0..len).flat_map(|from| (0..len).map(move |to| (from, to))) {
            ops.push(Op::Move { path: path(), from, to });
        }
        for key in tree.entries(id).iter().filter_map(|e| tree.text(e.0)) {
            ops.push(Op::RemoveKey { path: path(), key: key.to_owned() });
            ops.push(Op::Rename { path: path(), key: key.to_owned(), new: "zz".to_owned() });
        }
    }
    ops
}
