"""Trains a small flax network on made-up images, from rewired initial weights.

Needs parewire, jax, flax and optax. Runs for some seconds on a processor.
"""

import flax.linen as nn
import jax
import jax.numpy as jnp
import optax

from parewire.jax import rewire

CLASSES = 4


class Network(nn.Module):
    """A conv and two dense layers."""

    @nn.compact
    def __call__(self, images: jax.Array) -> jax.Array:
        """Return scores [images, classes] of images [images, height, width, 1]."""
        x = nn.relu(nn.Conv(8, (3, 3), strides=2)(images))
        x = nn.relu(nn.Dense(32)(x.reshape(x.shape[0], -1)))
        return nn.Dense(CLASSES)(x)


def made_up(key: jax.Array, count: int) -> tuple[jax.Array, jax.Array]:
    """Return images of a bright quarter each, in noise, and which quarter it is."""
    noise, quarters = jax.random.split(key)
    labels = jax.random.randint(quarters, (count,), 0, CLASSES)
    rows, columns = jnp.divmod(jnp.arange(64).reshape(8, 8), 8)
    bright = (rows // 4) * 2 + columns // 4 == labels[:, None, None]
    return (bright + jax.random.normal(noise, (count, 8, 8)))[..., None], labels


def main() -> None:
    """Rewire, train, and print what came of it."""
    network = Network()
    optimizer = optax.adam(1e-2)

    def loss_of(params: dict, images: jax.Array, labels: jax.Array) -> jax.Array:
        scores = network.apply(params, images)
        return optax.softmax_cross_entropy_with_integer_labels(scores, labels).mean()

    @jax.jit
    def step(params: dict, state: optax.OptState, images: jax.Array, labels: jax.Array) -> tuple:
        loss, gradient = jax.value_and_grad(loss_of)(params, images, labels)
        update, state = optimizer.update(gradient, state)
        return optax.apply_updates(params, update), state, loss

    keys = jax.random.split(jax.random.key(0), 52)
    params = network.init(keys[0], jnp.ones((1, 8, 8, 1)))
    params, report = rewire(params, seed=42)  # once, before training, and outside of jit
    print(report)

    state = optimizer.init(params)
    for number, key in enumerate(keys[1:51]):
        params, state, loss = step(params, state, *made_up(key, 64))
        if number % 10 == 9:
            print(f"step {number + 1}: loss {loss:.3f}")
    images, labels = made_up(keys[51], 512)
    accuracy = (network.apply(params, images).argmax(-1) == labels).mean()
    print(f"accuracy {accuracy:.3f}")


if __name__ == "__main__":
    main()
