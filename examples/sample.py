"""Draws samples of an exported model with Python's TensorFlow.

    python3 sample.py MODEL SEED COUNT SAMPLES.png
"""

import sys

import tensorflow as tf

model, seed, count, file = sys.argv[1:]
sample = tf.saved_model.load(model).signatures["sample"]
images = sample(
    seed=tf.constant(int(seed), tf.int64),
    count=tf.constant(int(count), tf.int64),
    sigmas=tf.constant([], tf.float32),  # One step; [80.0, 0.821] for two.
)["images"]  # uint8 [count, height, width, channels]
column = tf.reshape(images, [-1, images.shape[2], images.shape[3]])
tf.io.write_file(file, tf.io.encode_png(column))
