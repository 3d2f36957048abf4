"""5.2 · Chat: a conversation in one row of ids, of which only the answers are learned."""

import numpy as np

from ..phase4_llms.tensor import cross_entropy

ROLES = ("system", "user", "assistant")
END = "<|end|>"  # after what each of them says
SPECIAL_TOKENS = [*(f"<|{role}|>" for role in ROLES), END]


def render_chat(messages, tokenizer):  # kata 5.2
    """The ids of a conversation, and which of them a model learns to say.

    A message is the token of its role, then its content, then END: "<|user|>2+2<|end|>". Nothing
    stands between two messages.

    messages   a list of {"role": one of ROLES, "content": a text}
    tokenizer  a BPETokenizer that has SPECIAL_TOKENS among its special tokens
    ->         ids      a list of ints
               learned  a list of bools, one for each id: True for what the assistant says and for
                        the END after it; False for the token of its role, which whoever asks has
                        put there, and for all that others say

    ValueError, naming it, if a role is not one of ROLES; or if a content holds one of
    SPECIAL_TOKENS: whoever may write that can speak for another role.
    """
    raise NotImplementedError("5.2 render_chat")


def chat_prompt(messages, tokenizer):  # kata 5.2
    """The ids of a conversation up to where the assistant is to speak: its token is the last.

    messages, tokenizer  as render_chat takes them
    ->                   a list of ints

    ValueError, naming what it does, as from render_chat.
    """
    raise NotImplementedError("5.2 chat_prompt")


def pad_chats(chats, pad):  # kata 5.2
    """Conversations of different lengths in one batch, with what is to be predicted.

    chats  a list of (ids, learned) as render_chat returns them, of at least two ids each
    pad    the id that stands where a conversation is over, always at the end of a row
    ->     inputs   (B, T)  an array of ints: a row for each, without its last id. T is just long
                            enough for the longest
           targets  (B, T)  an array of ints: for each input the id that follows; pad where none
                            does
           counted  (B, T)  an array of bools: whether the target is one that is learned
    """
    raise NotImplementedError("5.2 pad_chats")


def masked_cross_entropy(logits, targets, counted):  # kata 5.2
    """The mean of -log softmax(logits)[target] over those targets that are counted, all alike.

    logits   (…, K)  a Tensor; nothing comes from places that are not counted, not even from nan
    targets  (…)     an array of ints; where it is not counted it may be any number, as the -100 of
                     other libraries
    counted  (…)     an array of bools; 0 and 1 count as these
    ->       ()      a Tensor

    ValueError, naming both shapes, if those of targets and counted are not (…); ValueError if none
    is counted (PyTorch's mean is nan then, Keras' 0). IndexError, naming it, if a target that is
    counted is not from 0 to K - 1.
    """
    raise NotImplementedError("5.2 masked_cross_entropy")
