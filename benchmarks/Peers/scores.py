"""Test scores of Nabla beside scikit-learn's MLPClassifier and MLPRegressor on the data sets that scikit-learn ships.

    python3 benchmarks/Peers/scores.py [--nabla src/Nabla.Cli/bin/Release/net10.0/nabla] [--seeds 5]

For each data set and seed the rows are parted once (a quarter, stratified, to test with), written as two CSV files, and given to both: to Nabla as one command
line, to scikit-learn as the same numbers, standardized on the training part (targets that are numbers too). Both train one hidden layer of 100 relu units with Adam at a rate of 0.001. Each on one thread.
A table in Markdown goes to stdout. Score: accuracy for classes, R² for numbers; mean and standard error over the seeds. Time: training alone for both, and for Nabla the whole command
too, from the start of the process to the model on the disk.
"""

import argparse
import csv
import json
import os
import statistics
import subprocess
import tempfile
import time
import warnings

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import sklearn
from sklearn import datasets
from sklearn.compose import TransformedTargetRegressor
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")


def write(path, names, rows, targets):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*names, "target"])
        for row, target in zip(rows, targets):
            writer.writerow([*(repr(float(value)) for value in row), target])


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--nabla", default="src/Nabla.Cli/bin/Release/net10.0/nabla")
    arguments.add_argument("--seeds", type=int, default=5)
    arguments.add_argument("--options", default="", help="more options for nabla train, such as --options=\"--l2 0.001\"")
    chosen = arguments.parse_args()
    nabla = os.path.abspath(chosen.nabla)
    print(f"scikit-learn {sklearn.__version__}, {chosen.seeds} seeds, one thread each\n")
    print("| data | rows | score | Nabla | scikit-learn | Nabla at least equal within one standard error | Nabla, training | scikit-learn, training | Nabla, whole command |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, load, is_classes in (
        ("digits", datasets.load_digits, True),
        ("iris", datasets.load_iris, True),
        ("wine", datasets.load_wine, True),
        ("breast cancer", datasets.load_breast_cancer, True),
        ("diabetes", datasets.load_diabetes, False),
    ):
        data = load()
        names = [str(feature).replace(",", " ") for feature in data.feature_names]
        targets = [f"class {value}" for value in data.target] if is_classes else [float(value) for value in data.target]
        own, peer, own_times, whole_times, peer_times = [], [], [], [], []
        for seed in range(1, chosen.seeds + 1):
            train, test, train_targets, test_targets = train_test_split(
                data.data, targets, test_size=0.25, random_state=seed, stratify=targets if is_classes else None)
            with tempfile.TemporaryDirectory() as folder:
                write(os.path.join(folder, "train.csv"), names, train, train_targets)
                write(os.path.join(folder, "test.csv"), names, test, test_targets)
                begin = time.perf_counter()
                run = subprocess.run(
                    [nabla, "train", "train.csv", "--target", "target", "--test-file", "test.csv", "--seed", str(seed), "--threads", "1", "--json", *chosen.options.split()],
                    cwd=folder, capture_output=True, text=True, check=True)
                whole_times.append(time.perf_counter() - begin)
                done = json.loads(run.stdout.splitlines()[-1])
                own_times.append(done["seconds"])
                own.append(done["test_accuracy"] if is_classes else done["metrics"]["r2"])
            scaler = StandardScaler().fit(train)
            begin = time.perf_counter()
            model = MLPClassifier(hidden_layer_sizes=(100,), random_state=seed) if is_classes else TransformedTargetRegressor(
                MLPRegressor(hidden_layer_sizes=(100,), random_state=seed), transformer=StandardScaler())
            model.fit(scaler.transform(train), train_targets)
            peer_times.append(time.perf_counter() - begin)
            peer.append(model.score(scaler.transform(test), test_targets))
        spread = (statistics.variance(own) / len(own) + statistics.variance(peer) / len(peer)) ** 0.5
        ok = "yes" if statistics.mean(own) >= statistics.mean(peer) - spread else "NO"

        def shown(values):
            return f"{statistics.mean(values):.4f} ± {(statistics.variance(values) / len(values)) ** 0.5:.4f}"

        print(f"| {name} | {len(data.data)} | {'accuracy' if is_classes else 'R²'} | {shown(own)} | {shown(peer)} | {ok} "
              f"| {statistics.median(own_times):.3f} s | {statistics.median(peer_times):.3f} s | {statistics.median(whole_times):.2f} s |", flush=True)


if __name__ == "__main__":
    main()
