#!/usr/bin/env python3
"""Writes metrics.safetensors: metrics of scikit-learn on random scores, for tests/train/metrics_test.cpp.

many: 7 classes, shares with ties; binary: scores with ties;
rare: 6 classes of which two neither occur nor are predicted; image: segmentation with a label 255
that does not count.
"""
import pathlib

import numpy
import torch
from sklearn import metrics

import safetensors_file


def means(name, labels, guesses, out):
    for average in ("macro", "weighted"):
        out[f"{name}.f1.{average}"] = metrics.f1_score(labels, guesses, average=average)
        out[f"{name}.iou.{average}"] = metrics.jaccard_score(labels, guesses, average=average)
        out[f"{name}.precision.{average}"] = metrics.precision_score(
            labels, guesses, average=average, zero_division=0)
        out[f"{name}.recall.{average}"] = metrics.recall_score(
            labels, guesses, average=average, zero_division=0)
    out[f"{name}.accuracy"] = metrics.accuracy_score(labels, guesses)


def main():
    chance = numpy.random.default_rng(1)
    out = {}
    scores = chance.normal(size=(300, 7))
    labels = (scores + chance.normal(size=scores.shape)).argmax(1)
    out["many.scores"], out["many.labels"] = scores, labels
    means("many", labels, scores.argmax(1), out)
    out["many.counts"] = metrics.confusion_matrix(labels, scores.argmax(1))
    for k in (1, 2, 3, 5):
        out[f"many.top{k}"] = metrics.top_k_accuracy_score(labels, scores, k=k)
    ties = scores.round(1)
    shares = numpy.exp(ties) / numpy.exp(ties).sum(1, keepdims=True)
    out["many.shares"] = shares
    out["many.auroc"] = metrics.roc_auc_score(labels, shares, multi_class="ovr")

    scores = chance.normal(size=500).round(1)
    labels = (scores + 2 * chance.normal(size=500) > 0).astype(numpy.int64)
    out["binary.scores"], out["binary.labels"] = scores, labels
    out["binary.auroc"] = metrics.roc_auc_score(labels, scores)

    labels = chance.choice([0, 1, 4], size=200)
    guesses = numpy.where(chance.uniform(size=200) < 0.7, labels, chance.choice([0, 2, 4], size=200))
    out["rare.labels"], out["rare.guesses"] = labels, guesses
    means("rare", labels, guesses, out)

    scores = chance.normal(size=(4, 5, 9, 8))
    labels = scores.argmax(1)
    labels = numpy.where(chance.uniform(size=labels.shape) < 0.4,
                         chance.integers(0, 5, size=labels.shape), labels)
    labels[chance.uniform(size=labels.shape) < 0.1] = 255
    out["image.scores"], out["image.labels"] = scores.astype(numpy.float32), labels
    counted = labels != 255
    means("image", labels[counted], scores.astype(numpy.float32).argmax(1)[counted], out)
    safetensors_file.write(pathlib.Path(__file__).with_name("metrics.safetensors"),
                           {name: torch.tensor(numpy.asarray(value)) for name, value in out.items()})


if __name__ == "__main__":
    main()
