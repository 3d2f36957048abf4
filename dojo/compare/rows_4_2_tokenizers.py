"""4.2 · Sequence modeling: tokenizers."""

from dojo.compare.row import Row


class TiesInTraining(Row):
    title = "Equally common pairs"
    says = (
        "In 'bc ef ab' all pairs are equally common, and the first to be put together is the "
        "greatest, as in the course and in Stanford's CS336, the one met first, or the "
        "smallest; from then on the tokens differ."
    )
    values = {"course": "ef", "tokenizers": "ab", "tiktoken": "bc", "sentencepiece": "ab"}

    def course():
        from katas.phase4_llms.bpe import train_bpe

        return train_bpe("bc ef ab", 257)[0][256].decode()

    def tokenizers():
        from tokenizers import Tokenizer, models, pre_tokenizers, trainers

        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
        trainer = trainers.BpeTrainer(vocab_size=6, show_progress=False)
        tokenizer.train_from_iterator(["bc ef ab"], trainer)
        return max(tokenizer.get_vocab(), key=len)

    def tiktoken():
        from tiktoken._educational import bpe_train

        ranks = bpe_train("bc ef ab", 257, r"\w+|\s", visualise=None)
        return max(ranks, key=ranks.get).decode()

    def sentencepiece():
        model = trained_by_sentencepiece(["bc ef ab"], vocab_size=11)
        pieces = [model.id_to_piece(i) for i in range(model.get_piece_size())]
        return next(p for p in pieces if len(p) == 2 and p.isalpha())


def trained_by_sentencepiece(sentences, **options):
    """A BPE model of SentencePiece."""
    import io

    import sentencepiece

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences),
        model_writer=model,
        model_type="bpe",
        minloglevel=2,
        **options,
    )
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


class UnknownLetter(Row):
    title = "A letter that was never seen"
    says = (
        "Of 'axb', after learning from 'ab' alone, the course's CharTokenizer refuses the x and "
        "its bytes keep it; tokenizers' BPE without an unknown token drops it without a word."
    )
    values = {"course": ["refuses", "axb"], "tokenizers": "ab"}

    def course():
        from katas.phase4_llms.bpe import train_bpe
        from katas.phase4_llms.tokenizer import BPETokenizer, CharTokenizer

        letters, pairs = CharTokenizer(["ab"]), BPETokenizer(*train_bpe("ab", 257))
        try:
            by_letters = letters.decode(letters.encode("axb"))
        except ValueError:
            by_letters = "refuses"
        return [by_letters, pairs.decode(pairs.encode("axb"))]

    def tokenizers():
        from tokenizers import Tokenizer, decoders, models, trainers

        tokenizer = Tokenizer(models.BPE())
        tokenizer.decoder = decoders.Fuse()
        tokenizer.train_from_iterator(["ab", "ab"], trainers.BpeTrainer(show_progress=False))
        return tokenizer.decode(tokenizer.encode("axb").ids)


class TextForAList(Row):
    title = "A text where a list of texts is wanted"
    says = (
        "Given one string, 'low low low', the course's train_bpe learns 3 merges; tokenizers' "
        "train_from_iterator takes it for a list of letters and learns none, without a word."
    )
    values = {"course": 3, "tokenizers": 0}

    def course():
        from katas.phase4_llms.bpe import train_bpe

        return len(train_bpe("low low low", 259)[1])

    def tokenizers():
        import json

        from tokenizers import Tokenizer, models, trainers

        tokenizer = Tokenizer(models.BPE())
        trainer = trainers.BpeTrainer(vocab_size=7, show_progress=False)
        tokenizer.train_from_iterator("low low low", trainer)
        return len(json.loads(tokenizer.to_str())["model"]["merges"])


class NewLines(Row):
    title = "Line breaks"
    says = (
        "A line break survives encoding and decoding everywhere but in SentencePiece, which "
        "makes a blank of it."
    )
    values = {"course": "kept", "tokenizers": "kept", "tiktoken": "kept", "sentencepiece": "blank"}

    def course():
        from katas.phase4_llms.bpe import train_bpe
        from katas.phase4_llms.tokenizer import BPETokenizer

        tokenizer = BPETokenizer(*train_bpe("a b\na b", 258))
        return line_break(tokenizer.decode(tokenizer.encode("a\nb")))

    def tokenizers():
        from tokenizers import ByteLevelBPETokenizer

        tokenizer = ByteLevelBPETokenizer()
        tokenizer.train_from_iterator(["a b\na b"], vocab_size=258, show_progress=False)
        return line_break(tokenizer.decode(tokenizer.encode("a\nb").ids))

    def tiktoken():
        tokenizer = bytes_alone()
        return line_break(tokenizer.decode(tokenizer.encode("a\nb")))

    def sentencepiece():
        tokenizer = trained_by_sentencepiece(["a b", "a b"], vocab_size=6)
        return line_break(tokenizer.decode(tokenizer.encode("a\nb")))


def line_break(text):
    return {"a\nb": "kept", "a b": "blank"}.get(text, text)


def bytes_alone():
    """A tokenizer of tiktoken with the 256 bytes and one special token."""
    import tiktoken

    return tiktoken.Encoding(
        "bytes",
        pat_str=r"\w+|\W",
        mergeable_ranks={bytes([i]): i for i in range(256)},
        special_tokens={"<|end|>": 256},
    )


class SpecialTokenInText(Row):
    title = "A special token in the text"
    says = (
        "Where <|end|> is special, 'a<|end|>' is two tokens in the course and in tokenizers, so "
        "that a text from outside can end a document; tiktoken refuses such a text unless it is "
        "told what to do."
    )
    values = {"course": 2, "tokenizers": 2, "tiktoken": "refuses"}

    def course():
        from katas.phase4_llms.bpe import train_bpe
        from katas.phase4_llms.tokenizer import BPETokenizer

        tokenizer = BPETokenizer(*train_bpe("a", 257, ["<|end|>"]), ["<|end|>"])
        return len(tokenizer.encode("a<|end|>"))

    def tokenizers():
        from tokenizers import ByteLevelBPETokenizer

        tokenizer = ByteLevelBPETokenizer()
        tokenizer.train_from_iterator(["a"], special_tokens=["<|end|>"], show_progress=False)
        return len(tokenizer.encode("a<|end|>").ids)

    def tiktoken():
        try:
            return len(bytes_alone().encode("a<|end|>"))
        except ValueError:
            return "refuses"
