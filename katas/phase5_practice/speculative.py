"""5.3 · Speculative: a small model guesses ahead, and a large one checks all guesses at once."""

import numpy as np

from ..phase3_training.plain_arrays import real_array
from ..phase4_llms.generation import KVCache
from ..phase4_llms.tensor import no_grad, sum_kept


def probabilities(logits, temperature):
    """What tokens are drawn with: softmax(logits / temperature), by rows, in float64.

    logits       (…, V)  an array
    temperature  not below 0; at 0 the most likely token has 1, the first of equals
    ->           (…, V)

    ValueError if the largest logit of a row is nan or infinite.
    """
    logits = real_array(logits).astype(np.float64)
    largest = logits.max(axis=-1, keepdims=True)
    if not np.isfinite(largest).all():
        raise ValueError("logits need a largest one that is finite, and there is nan or infinity")
    if temperature == 0:
        return np.eye(logits.shape[-1])[logits.argmax(axis=-1)]
    shares = np.exp((logits - largest) / temperature)
    shares /= sum_kept(shares)
    return shares


def draw(shares, rng):
    """One token, as sample_from of 4.2 draws it, but of shares that need not sum to 1.

    shares  (V,)  an array, of which nothing is below 0, nor all of it 0
    ->      an int
    """
    below = shares.cumsum()
    return int((below > rng.random() * below[-1]).argmax())


def accept_draft(draft_probs, target_probs, tokens, rng=None):  # kata 5.3
    """Keep of what a small model has guessed as much as a large one lets pass, and add a token.

    draft_probs   (n, V)      an array of float64: row i is what tokens[i] was drawn with
    target_probs  (n + 1, V)  an array of float64: what the large model would have drawn with in its
                              place; the last row is for the token that follows all n
    tokens        n ints, the guesses; n may be 0
    rng           a numpy Generator or a seed; None for a fresh one
    ->            a list of 1 to n + 1 ints: the guesses that were kept, and one token more

    In order, guess i is kept with the probability min(1, p / q), where p is what target_probs[i]
    gives it and q what draft_probs[i] does; never, where p is 0. The first that is not kept is
    replaced, and what follows it is dropped: its place goes to a token that is drawn from the
    residual, max(0, target_probs[i] - draft_probs[i]), scaled to sum to 1 (where rounding has left
    nothing of it, from target_probs[i]). If all are kept, one more is drawn from the last row.

    So each token that is returned is drawn with the probabilities of the large model.
    Source: Leviathan, Kalman and Matias 2023; Chen et al. 2023.
    """
    raise NotImplementedError("5.3 accept_draft")


class RewindableCache(KVCache):
    """A KVCache that can forget.

    seen  the keys and values of all positions, as extend returned them last
    """

    def extend(self, k, v):
        """As KVCache does it; keeps what is returned."""
        self.seen = super().extend(k, v)
        return self.seen

    def rewind(self, length):  # kata 5.3
        """Forget all positions but the first `length`, as if they had never been added.

        ValueError, naming both, if length is below 0, or above the length that there is.
        """
        raise NotImplementedError("5.3 RewindableCache.rewind")


def speculative_generate(  # kata 5.3
    model, draft, ids, n, n_draft=4, temperature=1.0, rng=None, stop=None
):
    """Continue a text as `generate` of 4.4 would, in fewer calls of the model.

    model        a GPT or a Llama, whose probabilities decide
    draft        a smaller one of the same vocabulary, which guesses
    ids          (T,), the prompt: a list or array of ints, not empty
    n            how many tokens to add
    n_draft      how many tokens are guessed for each call of the model; fewer at the end, so that
                 n are never exceeded
    temperature  as sample takes it, for both models; at 0 no other text comes than from generate
    rng          a numpy Generator or a seed; None for a fresh one
    stop         None, or a token after which to end
    ->           a list of ints: the prompt and n tokens, or fewer that end with stop

    Both models have a cache for each block, and read no token twice that was kept; after each call
    of the model the caches forget the guesses that were not. Records no graph.

    ValueError if the prompt is empty; or if there are more tokens to be read, which are those of
    the prompt and all new ones but the last, than the block_size of one of the two: naming how many
    they are together, and that block_size.
    """
    raise NotImplementedError("5.3 speculative_generate")
