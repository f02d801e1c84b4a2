"""Random whole numbers that are the same everywhere."""

from planning.streams import between, noise_per_mille, stream


def test_stream__name__gives_fixed_numbers() -> None:
    source = stream("a name")
    assert [between(source, 0, 999_999) for _ in range(4)] == [397761, 356183, 729223, 595369]


def test_stream__other_name__gives_other_numbers() -> None:
    assert noise_per_mille(stream("a"), 20, 400).tolist() != noise_per_mille(stream("b"), 20, 400).tolist()


def test_noise__stays_within_its_spread() -> None:
    noise = noise_per_mille(stream("noise"), 5_000, 80)
    assert (noise.min(), noise.max()) == (920, 1080)
