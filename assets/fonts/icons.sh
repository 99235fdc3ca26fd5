#!/bin/bash
# Cuts the font of the icons out of the one that the crate egui_material_icons brings: those that
# src/studio/theme/icons.rs names, and nothing else. Needs Python and, from its package index, fonttools.
set -euo pipefail
cd "$(dirname "$0")/../.."

crate=$(dirname "$(cargo metadata --locked --format-version 1 |
    python3 -c 'import json, sys
print(next(p["manifest_path"] for p in json.load(sys.stdin)["packages"] if p["name"] == "egui_material_icons"))')")
tools=${CARGO_TARGET_DIR:-target}/fonttools
[ -x "$tools/bin/pyftsubset" ] || {
    python3 -m venv "$tools"
    "$tools/bin/python" -m pip install --quiet --disable-pip-version-check fonttools==4.68.0
}
# The constants of the crate are the codepoints' names in capitals: "arrow_back e5c4" is ICON_ARROW_BACK.
codepoints=$(grep -o '^ *ICON_[A-Z0-9_]*' src/studio/theme/icons.rs | tr -d ' ' | sort -u |
    while read -r name; do
        constant=$(grep -A2 "pub const $name:" "$crate/src/icons.rs" | grep -o '\\u{[0-9a-f]*}' | head -1)
        [ -n "$constant" ] || { echo "$name: no such icon" >&2; exit 1; }
        printf 'U+%s,' "$(tr -d '\\u{}' <<<"$constant")"
    done)
"$tools/bin/pyftsubset" "$crate/MaterialSymbolsRounded_Filled-Regular.ttf" \
    --unicodes="${codepoints%,}" --layout-features= --no-hinting --notdef-outline \
    --output-file=assets/fonts/MaterialSymbolsRounded-subset.ttf
