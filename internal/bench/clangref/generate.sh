#!/bin/sh
# Compiles c/clangref.c to Go assembly: clangref_amd64.s, or the file that the
# first argument names. Needs clang and yasm (Debian packages of these names);
# tools/go.mod pins c2goasm and asm2plan9s, which do the rest.
set -eu
cd "$(dirname "$0")"
out=$PWD/clangref_amd64.s
[ $# -eq 0 ] || out=$(realpath "$1")

tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT
GOBIN=$tmp/bin GOWORK=off go -C ../../../tools install github.com/minio/c2goasm github.com/minio/asm2plan9s
PATH=$tmp/bin:$PATH # c2goasm looks for asm2plan9s there

# The flags after -O3 and -mavx2 are those that c2goasm asks for: a frame that it
# recognizes, and nothing below or beside it. It cannot read the marks that clang
# leaves around inline assembly.
clang -O3 -mavx2 -masm=intel -mno-red-zone -mstackrealign -mllvm -enable-shrink-wrap=false \
	-fno-asynchronous-unwind-tables -fno-exceptions -fno-jump-tables -fno-ident \
	-Wall -Wextra -Werror -S -o "$tmp/clang.s" c/clangref.c
sed -i '/^[[:space:]]*#\(NO_\)\{0,1\}APP$/d' "$tmp/clang.s"
if grep -q 'Spill\|\[rip\|call' "$tmp/clang.s"; then
	echo "generate.sh: clang spilled a register, made a constant or called a function; c2goasm cannot carry that over" >&2
	exit 1
fi

cp clangref_amd64.go "$tmp"
c2goasm -a "$tmp/clang.s" "$tmp/clangref_amd64.s"
{
	echo "// Code generated from c/clangref.c by generate.sh. DO NOT EDIT."
	echo "// $(clang --version | head -1)"
	echo "// $(yasm --version | head -1)"
	echo
	echo "//go:build !purego"
	sed '1,2d' "$tmp/clangref_amd64.s"
} >"$out"
