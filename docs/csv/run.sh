#!/usr/bin/env bash
# Prints the figures of docs/csv.md: run.sh FOLDER, which has the Debian packages
# python3-sklearn and python3-vega-datasets, unpacked by dpkg -x. PENTARY names the command.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
packages=$1/usr/lib/python3/dist-packages pentary=${PENTARY:-pentary} temps=$(mktemp)
trap 'rm -f "$temps"' EXIT
sed '1s/.*/month,day,hour,temp/; 2,$s|^[0-9]*/\([0-9]*\)/\([0-9]*\) \([0-9]*\):[0-9]*,|\1,\2,\3,|' \
	"$packages/vega_datasets/_data/seattle-temps.csv" > "$temps"

# scores FILE LABEL KEY FACTOR [FLAG]: mean and deviation of the test score over seeds 0 to 9.
scores() {
	local file=$1 label=$2 key=$3 factor=$4
	shift 4
	for seed in 0 1 2 3 4 5 6 7 8 9; do
		"$pentary" train csv "$file" --label "$label" --seed $seed --json "$@" | tail -1 | grep -o "\"$key\":[0-9.]*" | cut -d: -f2
	done | awk -v f="$factor" '{ v = f * $1; s += v; q += v * v } END { m = s / NR; printf "%.2f ± %.2f\n", m, sqrt((q / NR - m * m > 0) ? q / NR - m * m : 0) }'
}

data=$packages/sklearn/datasets/data
for set in "iris 5" "wine_data 14" "breast_cancer 31"; do
	read -r name label <<< "$set"
	echo "$name: $(scores "$data/$name.csv" "$label" test_accuracy 100) %, logistic regression $(/usr/bin/python3 "$here/baseline.py" "$data/$name.csv" "$label") %"
done
echo "temperatures: $(scores "$temps" temp test_rmse 1 --regress) °F, ridge regression $(/usr/bin/python3 "$here/baseline.py" "$temps" 4 --regress) °F"
