#!/bin/sh
# Usage: cli-test.sh <bpfcompat-validator>
#
# The command line, as far as it goes without loading anything: flags, exit codes, objects that cannot be opened.
set -eu

validator=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
bad=0

# expect <exit code> <text in stdout or stderr> <arguments...>
expect() {
	code=$1 text=$2
	shift 2
	got=0
	"$validator" "$@" >"$dir/said" 2>&1 || got=$?
	if [ "$got" != "$code" ] || { [ -n "$text" ] && ! grep -qF -- "$text" "$dir/said"; }; then
		echo "cli-test: '$*' ended with $got and said: $(cat "$dir/said")" >&2
		bad=1
	fi
}

# result_has <text>
result_has() {
	grep -qF -- "$1" "$dir/out.json" || { echo "cli-test: no $1 in the result" >&2; bad=1; }
}

printf 'not an object' >"$dir/bad.o"
expect 0 'Usage:' --help
expect 0 'Usage:' -h
expect 0 'libbpf' --version
expect 1 '--artifact is required'
expect 1 '--out is required' --artifact x
expect 1 'no such flag' --artifact x --out y --color red
expect 1 'needs a value' --artifact
expect 1 'unexpected argument' something
expect 1 'bad value for --attach-mode' --artifact x --out y --attach-mode sometimes
expect 1 'bad value for --probe-features' --artifact x --out y --probe-features=perhaps
expect 1 'bad map setting' --set-map-max-entries m=none
expect 1 'expected <program or section>=<program type>' --set-prog-type p=nothing
expect 1 'cannot read the object' --artifact "$dir/absent.o" --out "$dir/out.json"
expect 1 'cannot write the result' --artifact "$dir/bad.o" --out "$dir/absent/out.json" --probe-features 0
expect 2 '' --artifact "$dir/bad.o" --out "$dir/out.json" --probe-features off --attach-mode off --log-dir "$dir/logs"
result_has '"schema_version":"validator.v0.4"'
result_has '"load":{"status":"fail","error_code":-'
result_has '"attach":{"mode":"disabled","status":"skipped","attempted":0,"passed":0,"failed":0}'
result_has '"map_types":{"ringbuf":{"status":"unknown"'
[ -f "$dir/logs/libbpf.log" ] || { echo "cli-test: no libbpf.log" >&2; bad=1; }
if readelf -lW "$validator" | grep -q INTERP; then
	echo "cli-test: the validator is not static" >&2
	bad=1
fi
[ "$bad" = 0 ] && echo "command line: good"
exit "$bad"
