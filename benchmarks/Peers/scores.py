"""Test scores of Nabla beside scikit-learn's MLPClassifier and MLPRegressor on the data sets that scikit-learn ships.

    python3 benchmarks/Peers/scores.py [--nabla src/Nabla.Cli/bin/Release/net10.0/nabla] [--seeds 5]

For each data set and seed the rows are parted once (a quarter, stratified, to test with), written as two CSV files, and given to both: to Nabla as one command
line, to scikit-learn as the same numbers, standardized on the training part (targets that are numbers too). Both train one hidden layer of 100 relu units with Adam at a rate of 0.001. Each on one thread.
A table in Markdown goes to stdout. Score: accuracy for classes, R² for numbers; mean and standard error over the seeds. Time: training alone for both, and the whole command of both,
in turn: from the start of the process to the model on the disk and its score, from the same two CSV files (of scikit-learn this program with --fit).
"""

import argparse
import csv
import json
import os
import pickle
import statistics
import subprocess
import sys
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
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")


def write(path, names, rows, targets):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*names, "target"])
        for row, target in zip(rows, targets):
            writer.writerow([*(repr(float(value)) for value in row), target])


def learner(is_classes, seed):
    """scikit-learn's network with the settings that it has by itself."""
    if is_classes:
        return MLPClassifier(hidden_layer_sizes=(100,), random_state=seed)
    return TransformedTargetRegressor(MLPRegressor(hidden_layer_sizes=(100,), random_state=seed), transformer=StandardScaler())


def read(path, is_classes):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return [[float(value) for value in row[:-1]] for row in rows], [row[-1] if is_classes else float(row[-1]) for row in rows]


def fit(train_file, test_file, is_classes, seed):
    """The whole command: reads both files, trains, writes the model and prints its score."""
    train, train_targets = read(train_file, is_classes)
    test, test_targets = read(test_file, is_classes)
    model = make_pipeline(StandardScaler(), learner(is_classes, seed)).fit(train, train_targets)
    with open("model.pickle", "wb") as file:
        pickle.dump(model, file)
    print(model.score(test, test_targets))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--nabla", default="src/Nabla.Cli/bin/Release/net10.0/nabla")
    arguments.add_argument("--seeds", type=int, default=5)
    arguments.add_argument("--options", default="", help="more options for nabla train, such as --options=\"--l2 0.001\"")
    arguments.add_argument("--fit", nargs=4, metavar=("TRAIN", "TEST", "KIND", "SEED"), help="scikit-learn alone, as one command; KIND is classes or numbers")
    chosen = arguments.parse_args()
    if chosen.fit:
        fit(chosen.fit[0], chosen.fit[1], chosen.fit[2] == "classes", int(chosen.fit[3]))
        return
    nabla = os.path.abspath(chosen.nabla)
    print(f"scikit-learn {sklearn.__version__}, {chosen.seeds} seeds, one thread each\n")
    print("| data | rows | score | Nabla | scikit-learn | Nabla at least equal within one standard error | Nabla, training | scikit-learn, training | Nabla, whole command | scikit-learn, whole command |")
    print("|---|---|---|---|---|---|---|---|---|---|")
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
        own, peer, own_times, whole_times, peer_times, peer_whole_times = [], [], [], [], [], []
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
                begin = time.perf_counter()
                run = subprocess.run(
                    [sys.executable, os.path.abspath(__file__), "--fit", "train.csv", "test.csv", "classes" if is_classes else "numbers", str(seed)],
                    cwd=folder, capture_output=True, text=True, check=True)
                peer_whole_times.append(time.perf_counter() - begin)
            scaler = StandardScaler().fit(train)
            begin = time.perf_counter()
            model = learner(is_classes, seed)
            model.fit(scaler.transform(train), train_targets)
            peer_times.append(time.perf_counter() - begin)
            peer.append(model.score(scaler.transform(test), test_targets))
        spread = (statistics.variance(own) / len(own) + statistics.variance(peer) / len(peer)) ** 0.5
        ok = "yes" if statistics.mean(own) >= statistics.mean(peer) - spread else "NO"

        def shown(values):
            return f"{statistics.mean(values):.4f} ± {(statistics.variance(values) / len(values)) ** 0.5:.4f}"

        print(f"| {name} | {len(data.data)} | {'accuracy' if is_classes else 'R²'} | {shown(own)} | {shown(peer)} | {ok} "
              f"| {statistics.median(own_times):.3f} s | {statistics.median(peer_times):.3f} s | {statistics.median(whole_times):.2f} s | {statistics.median(peer_whole_times):.2f} s |", flush=True)


if __name__ == "__main__":
    main()
