"""Wrong solutions of 5.1's linear attention that its specs reject by name."""

from tests.mistakes import mistake

TENSOR = "from ..phase4_llms.tensor import Tensor"


@mistake("5.1 linear_attention", "a softmax", says="that is the attention of 4.3")
def linear_attention(q, k, v):
    scores = q @ k.swapaxes(-1, -2)
    T = q.shape[-2]
    powers = scores.exp() * np.tri(T)
    return (powers / powers.sum(axis=-1, keepdims=True)) @ v


@mistake("5.1 linear_attention", "scaled", says="the products are divided by √D")
def linear_attention(q, k, v):
    return (q @ k.swapaxes(-1, -2) * np.tri(q.shape[-2]) * q.shape[-1] ** -0.5) @ v


@mistake("5.1 linear_attention", "the future", says="the future is not hidden")
def linear_attention(q, k, v):
    return q @ (k.swapaxes(-1, -2) @ v)


@mistake("5.1 linear_attention", "not itself", says="a position does not see itself")
def linear_attention(q, k, v):
    return (q @ k.swapaxes(-1, -2) * np.tri(q.shape[-2], k=-1)) @ v


@mistake("5.1 linear_attention", "the mask turned", says="the past is hidden, and not the future")
def linear_attention(q, k, v):
    return (q @ k.swapaxes(-1, -2) * np.tri(q.shape[-2]).T) @ v


@mistake("5.1 linear_attention", "a mean", says="divided by how many positions")
def linear_attention(q, k, v):
    T = q.shape[-2]
    return (q @ k.swapaxes(-1, -2) * (np.tri(T) / np.arange(1, T + 1)[:, None])) @ v


@mistake("5.1 linear_attention", "exchanged", says="queries and keys are exchanged")
def linear_attention(q, k, v):
    return (k @ q.swapaxes(-1, -2) * np.tri(q.shape[-2])) @ v


@mistake("5.1 linear_step", "read before the write", says="before this position is written")
def linear_step(state, q, k, v):
    read = (q[..., None] * state).sum(axis=-2)
    return state + k[..., :, None] * v[..., None, :], read


@mistake("5.1 linear_step", "the old state comes back", says="nothing is added")
def linear_step(state, q, k, v):
    new = state + k[..., :, None] * v[..., None, :]
    return state, (q[..., None] * new).sum(axis=-2)


@mistake("5.1 linear_step", "replaced", says="the value replaces what stands there")
def linear_step(state, q, k, v):
    stored = (k[..., None] * state).sum(axis=-2)
    state = state + k[..., :, None] * (v - stored)[..., None, :]
    return state, (q[..., None] * state).sum(axis=-2)


@mistake("5.1 linear_step", "under the query", says="added under the query")
def linear_step(state, q, k, v):
    state = state + q[..., :, None] * v[..., None, :]
    return state, (q[..., None] * state).sum(axis=-2)


@mistake("5.1 linear_step", "in place", says="the state that was given has changed")
def linear_step(state, q, k, v):
    state.data += k.data[..., :, None] * v.data[..., None, :]
    return state * 1.0, (q[..., None] * state).sum(axis=-2)


@mistake("5.1 linear_step", "read by rows", says="q is multiplied with rows")
def linear_step(state, q, k, v):
    state = state + k[..., :, None] * v[..., None, :]
    return state, (q[..., None, :] * state).sum(axis=-1)


@mistake("5.1 linear_step", "only what is new", says="only what was written now is read")
def linear_step(state, q, k, v):
    new = k[..., :, None] * v[..., None, :]
    return state + new, (q[..., None] * new).sum(axis=-2)


@mistake("5.1 gated_delta_step", "the decay comes last", says="the state fades after the write")
def gated_delta_step(state, q, k, v, decay, strength):
    stored = (k[..., None] * state).sum(axis=-2)
    written = (v - stored) * strength[..., None]
    state = (state + k[..., None] * written[..., None, :]) * decay[..., None, None]
    return state, (q[..., None] * state).sum(axis=-2)


@mistake("5.1 gated_delta_step", "no decay", says="the state does not fade")
def gated_delta_step(state, q, k, v, decay, strength):
    stored = (k[..., None] * state).sum(axis=-2)
    return linear_step(state, q, k, (v - stored) * strength[..., None])


@mistake("5.1 gated_delta_step", "the unfaded is stored", says="before the state has faded")
def gated_delta_step(state, q, k, v, decay, strength):
    stored = (k[..., None] * state).sum(axis=-2)
    state = state * decay[..., None, None]
    return linear_step(state, q, k, (v - stored) * strength[..., None])


@mistake("5.1 gated_delta_step", "nothing is forgotten", says="linear attention that fades")
def gated_delta_step(state, q, k, v, decay, strength):
    return linear_step(state * decay[..., None, None], q, k, v * strength[..., None])


@mistake("5.1 gated_delta_step", "added", says="is added, and not taken away")
def gated_delta_step(state, q, k, v, decay, strength):
    state = state * decay[..., None, None]
    stored = (k[..., None] * state).sum(axis=-2)
    return linear_step(state, q, k, (v + stored) * strength[..., None])


@mistake("5.1 gated_delta_step", "v alone", says="strength is multiplied with v alone")
def gated_delta_step(state, q, k, v, decay, strength):
    state = state * decay[..., None, None]
    stored = (k[..., None] * state).sum(axis=-2)
    return linear_step(state, q, k, v * strength[..., None] - stored)


@mistake("5.1 gated_delta_step", "read before the write", says="it is read before the write")
def gated_delta_step(state, q, k, v, decay, strength):
    state = state * decay[..., None, None]
    read = (q[..., None] * state).sum(axis=-2)
    stored = (k[..., None] * state).sum(axis=-2)
    return linear_step(state, q, k, (v - stored) * strength[..., None])[0], read


@mistake("5.1 gated_delta_step", "a logarithm", says="decay is taken for a logarithm")
def gated_delta_step(state, q, k, v, decay, strength):
    state = state * decay.exp()[..., None, None]
    stored = (k[..., None] * state).sum(axis=-2)
    return linear_step(state, q, k, (v - stored) * strength[..., None])


@mistake("5.1 gated_delta_step", "what the query reads", says="and not what stands under k")
def gated_delta_step(state, q, k, v, decay, strength):
    state = state * decay[..., None, None]
    stored = (q[..., None] * state).sum(axis=-2)
    return linear_step(state, q, k, (v - stored) * strength[..., None])


@mistake("5.1 gated_delta_step", "divided by √D", says="as in Qwen3-Next")
def gated_delta_step(state, q, k, v, decay, strength):
    state = state * decay[..., None, None]
    stored = (k[..., None] * state).sum(axis=-2)
    written = (v - stored) * strength[..., None]
    return linear_step(state, q * q.shape[-1] ** -0.5, k, written)


@mistake("5.1 gated_delta_step", "one decay for all", says="the new states is not right")
def gated_delta_step(state, q, k, v, decay, strength):
    state = state * decay.mean()
    stored = (k[..., None] * state).sum(axis=-2)
    return linear_step(state, q, k, (v - stored) * strength[..., None])


@mistake("5.1 linear_attention", "divided by their sum", says="divided by their sum")
def linear_attention(q, k, v):
    weights = q @ k.swapaxes(-1, -2) * np.tri(q.shape[-2])
    return weights / weights.sum(axis=-1, keepdims=True) @ v


@mistake("5.1 gated_delta_step", "brought to length 1", says="brought to length 1 first")
def gated_delta_step(state, q, k, v, decay, strength):
    state = state * decay[..., None, None]
    k = k / (k * k).sum(axis=-1, keepdims=True).sqrt()
    q = q / (q * q).sum(axis=-1, keepdims=True).sqrt()
    stored = (k[..., None] * state).sum(axis=-2)
    return linear_step(state, q, k, (v - stored) * strength[..., None])


@mistake("5.1 gated_delta_step", "exchanged", says="decay and strength are exchanged")
def gated_delta_step(state, q, k, v, decay, strength):
    state = state * strength[..., None, None]
    stored = (k[..., None] * state).sum(axis=-2)
    return linear_step(state, q, k, (v - stored) * decay[..., None])


@mistake("5.1 linear_step", "results exchanged", says="the two results are exchanged")
def linear_step(state, q, k, v):
    *f, D, E = state.shape
    new = state + k.reshape(*f, D, 1) * v.reshape(*f, 1, E)
    return (q.reshape(*f, 1, D) @ new).reshape(*f, E), new


@mistake("5.1 gated_delta_step", "everything forgets", says="strength makes everything fade")
def gated_delta_step(state, q, k, v, decay, strength):
    *f, D, E = state.shape
    b = strength.reshape(*f, 1, 1)
    new = state * decay.reshape(*f, 1, 1) * (1 - b) + k.reshape(*f, D, 1) * v.reshape(*f, 1, E) * b
    return new, (q.reshape(*f, 1, D) @ new).reshape(*f, E)


@mistake("5.1 linear_attention", "an infinity", says="there is no softmax that would make 0 of it")
def linear_attention(q, k, v):
    hidden = np.where(np.tri(q.shape[-2]) > 0, 0.0, -np.inf)
    return (q @ k.swapaxes(-1, -2) + hidden) @ v


@mistake("5.1 linear_attention", "widened", says="has widened it", prelude=TENSOR)
def linear_attention(q, k, v):
    seen = Tensor(np.tri(q.shape[-2]), requires_grad=False)
    return (seen * (q @ k.swapaxes(-1, -2))) @ v


@mistake("5.1 linear_step", "squeezed", says="The shape is")
def linear_step(state, q, k, v):
    state = state + k[..., None] @ v[..., None, :]
    read = q[..., None, :] @ state
    return state, read.reshape(np.squeeze(read.data).shape)


@mistake("5.1 linear_step", "keys of length 1", says="keys are brought to length 1 first")
def linear_step(state, q, k, v):
    k = k / (k * k).sum(axis=-1, keepdims=True).sqrt()
    state = state + k[..., None] * v[..., None, :]
    return state, (q[..., None] * state).sum(axis=-2)


@mistake("5.1 gated_delta_step", "the difference turned", says="and not the other way round")
def gated_delta_step(state, q, k, v, decay, strength):
    faded = state * decay[..., None, None]
    stored = (k[..., None] * faded).sum(axis=-2)
    return linear_step(faded, q, k, (stored - v) * strength[..., None])


@mistake("5.1 gated_delta_step", "faded twice", says="fades once more before it is taken away")
def gated_delta_step(state, q, k, v, decay, strength):
    faded = state * decay[..., None, None]
    stored = (k[..., None] * faded).sum(axis=-2) * decay[..., None]
    return linear_step(faded, q, k, (v - stored) * strength[..., None])


@mistake("5.1 gated_delta_step", "what is stored is cut off", says="ways from state to it is cut")
def gated_delta_step(state, q, k, v, decay, strength):
    state = state * decay[..., None, None]
    stored = (k[..., None] * state).sum(axis=-2).detach()
    return linear_step(state, q, k, (v - stored) * strength[..., None])
