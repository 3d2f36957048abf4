"""Wrong solutions of 5.3's paging that its specs reject by name."""

from tests.mistakes import mistake


@mistake(
    "5.3 PagedCache.append", "a shared block is written to", says="a shared block is written to"
)
def append(self, text, k, v):
    table, start = self.tables[text], self.lengths[text]
    end = start + k.shape[1]
    shares = False
    wanted = -(-end // self.size) - len(table) + bool(shares)
    if wanted > len(self.free):
        raise RuntimeError(f"{wanted} blocks are wanted, and {len(self.free)} are free")
    new = [self.free.pop() for _ in range(wanted)]
    self.users[new] = 1
    if shares:
        self.users[table[-1]] -= 1
        self.kept[:, new[0]] = self.kept[:, table.pop()]
    table += new
    self.lengths[text] = end
    positions = np.arange(start, end)
    blocks, places = np.array(table)[positions // self.size], positions % self.size
    self.kept[:, blocks, places] = np.stack([k, v]).swapaxes(1, 2)


@mistake("5.3 PagedCache.append", "always copied", says="only what is written to has to be copied")
def append(self, text, k, v):
    table, start = self.tables[text], self.lengths[text]
    end = start + k.shape[1]
    shares = bool(table) and self.users[table[-1]] > 1
    wanted = -(-end // self.size) - len(table) + bool(shares)
    if wanted > len(self.free):
        raise RuntimeError(f"{wanted} blocks are wanted, and {len(self.free)} are free")
    new = [self.free.pop() for _ in range(wanted)]
    self.users[new] = 1
    if shares:
        self.users[table[-1]] -= 1
        self.kept[:, new[0]] = self.kept[:, table.pop()]
    table += new
    self.lengths[text] = end
    positions = np.arange(start, end)
    blocks, places = np.array(table)[positions // self.size], positions % self.size
    self.kept[:, blocks, places] = np.stack([k, v]).swapaxes(1, 2)


@mistake(
    "5.3 PagedCache.append", "copied as soon as something is there", says="is alone with its block"
)
def append(self, text, k, v):
    table, start = self.tables[text], self.lengths[text]
    end = start + k.shape[1]
    shares = start % self.size and len(self.tables) > 1
    wanted = -(-end // self.size) - len(table) + bool(shares)
    if wanted > len(self.free):
        raise RuntimeError(f"{wanted} blocks are wanted, and {len(self.free)} are free")
    new = [self.free.pop() for _ in range(wanted)]
    self.users[new] = 1
    if shares:
        self.users[table[-1]] -= 1
        self.kept[:, new[0]] = self.kept[:, table.pop()]
    table += new
    self.lengths[text] = end
    positions = np.arange(start, end)
    blocks, places = np.array(table)[positions // self.size], positions % self.size
    self.kept[:, blocks, places] = np.stack([k, v]).swapaxes(1, 2)


@mistake("5.3 PagedCache.append", "only keys are copied", says="only the keys are copied")
def append(self, text, k, v):
    table, start = self.tables[text], self.lengths[text]
    end = start + k.shape[1]
    shares = start % self.size and self.users[table[-1]] > 1
    wanted = -(-end // self.size) - len(table) + bool(shares)
    if wanted > len(self.free):
        raise RuntimeError(f"{wanted} blocks are wanted, and {len(self.free)} are free")
    new = [self.free.pop() for _ in range(wanted)]
    self.users[new] = 1
    if shares:
        self.users[table[-1]] -= 1
        self.kept[0, new[0]] = self.kept[0, table.pop()]
    table += new
    self.lengths[text] = end
    positions = np.arange(start, end)
    blocks, places = np.array(table)[positions // self.size], positions % self.size
    self.kept[:, blocks, places] = np.stack([k, v]).swapaxes(1, 2)


@mistake("5.3 PagedCache.append", "nothing is copied", says="was in the block is not copied")
def append(self, text, k, v):
    table, start = self.tables[text], self.lengths[text]
    end = start + k.shape[1]
    shares = start % self.size and self.users[table[-1]] > 1
    wanted = -(-end // self.size) - len(table) + bool(shares)
    if wanted > len(self.free):
        raise RuntimeError(f"{wanted} blocks are wanted, and {len(self.free)} are free")
    new = [self.free.pop() for _ in range(wanted)]
    self.users[new] = 1
    if shares:
        self.users[table[-1]] -= 1
        table.pop()
    table += new
    self.lengths[text] = end
    positions = np.arange(start, end)
    blocks, places = np.array(table)[positions // self.size], positions % self.size
    self.kept[:, blocks, places] = np.stack([k, v]).swapaxes(1, 2)


@mistake("5.3 PagedCache.append", "the old block keeps its user", says="`users` is")
def append(self, text, k, v):
    table, start = self.tables[text], self.lengths[text]
    end = start + k.shape[1]
    shares = start % self.size and self.users[table[-1]] > 1
    wanted = -(-end // self.size) - len(table) + bool(shares)
    if wanted > len(self.free):
        raise RuntimeError(f"{wanted} blocks are wanted, and {len(self.free)} are free")
    new = [self.free.pop() for _ in range(wanted)]
    self.users[new] = 1
    if shares:
        self.kept[:, new[0]] = self.kept[:, table.pop()]
    table += new
    self.lengths[text] = end
    positions = np.arange(start, end)
    blocks, places = np.array(table)[positions // self.size], positions % self.size
    self.kept[:, blocks, places] = np.stack([k, v]).swapaxes(1, 2)


@mistake("5.3 PagedCache.append", "the new block has no user", says="`users` is")
def append(self, text, k, v):
    table, start = self.tables[text], self.lengths[text]
    end = start + k.shape[1]
    shares = start % self.size and self.users[table[-1]] > 1
    wanted = -(-end // self.size) - len(table) + bool(shares)
    if wanted > len(self.free):
        raise RuntimeError(f"{wanted} blocks are wanted, and {len(self.free)} are free")
    new = [self.free.pop() for _ in range(wanted)]
    if shares:
        self.users[table[-1]] -= 1
        self.kept[:, new[0]] = self.kept[:, table.pop()]
    table += new
    self.lengths[text] = end
    positions = np.arange(start, end)
    blocks, places = np.array(table)[positions // self.size], positions % self.size
    self.kept[:, blocks, places] = np.stack([k, v]).swapaxes(1, 2)


@mistake(
    "5.3 PagedCache.append",
    "the copy goes to the others",
    says="the copy belongs to the one that writes",
)
def append(self, text, k, v):
    table, start = self.tables[text], self.lengths[text]
    end = start + k.shape[1]
    shares = start % self.size and self.users[table[-1]] > 1
    wanted = -(-end // self.size) - len(table) + bool(shares)
    if wanted > len(self.free):
        raise RuntimeError(f"{wanted} blocks are wanted, and {len(self.free)} are free")
    new = [self.free.pop() for _ in range(wanted)]
    self.users[new] = 1
    if shares:
        self.users[table[-1]] -= 1
        old = table[-1]
        self.kept[:, new[0]] = self.kept[:, old]
        for other in self.tables.values():
            if other is not table and other and other[-1] == old:
                other[-1] = new[0]
        table.pop()
        table.append(old)
        new = new[1:]
    table += new
    self.lengths[text] = end
    positions = np.arange(start, end)
    blocks, places = np.array(table)[positions // self.size], positions % self.size
    self.kept[:, blocks, places] = np.stack([k, v]).swapaxes(1, 2)


@mistake(
    "5.3 PagedCache.append",
    "the copied block is given back",
    says="are free, and in a table as well",
)
def append(self, text, k, v):
    table, start = self.tables[text], self.lengths[text]
    end = start + k.shape[1]
    shares = start % self.size and self.users[table[-1]] > 1
    wanted = -(-end // self.size) - len(table) + bool(shares)
    if wanted > len(self.free):
        raise RuntimeError(f"{wanted} blocks are wanted, and {len(self.free)} are free")
    new = [self.free.pop() for _ in range(wanted)]
    self.users[new] = 1
    if shares:
        self.users[table[-1]] -= 1
        old = table.pop()
        self.kept[:, new[0]] = self.kept[:, old]
        self.free.append(old)
    table += new
    self.lengths[text] = end
    positions = np.arange(start, end)
    blocks, places = np.array(table)[positions // self.size], positions % self.size
    self.kept[:, blocks, places] = np.stack([k, v]).swapaxes(1, 2)


@mistake("5.3 PagedCache.append", "a block for each piece", says="and needs")
def append(self, text, k, v):
    table, start = self.tables[text], self.lengths[text]
    end = start + k.shape[1]
    shares = start % self.size and self.users[table[-1]] > 1
    wanted = -(-k.shape[1] // self.size) + bool(shares)
    if wanted > len(self.free):
        raise RuntimeError(f"{wanted} blocks are wanted, and {len(self.free)} are free")
    new = [self.free.pop() for _ in range(wanted)]
    self.users[new] = 1
    if shares:
        self.users[table[-1]] -= 1
        self.kept[:, new[0]] = self.kept[:, table.pop()]
    table += new
    self.lengths[text] = end
    positions = np.arange(start, end)
    blocks, places = np.array(table)[positions // self.size], positions % self.size
    self.kept[:, blocks, places] = np.stack([k, v]).swapaxes(1, 2)


@mistake("5.3 PagedCache.append", "one block too many", says="and needs")
def append(self, text, k, v):
    table, start = self.tables[text], self.lengths[text]
    end = start + k.shape[1]
    shares = start % self.size and self.users[table[-1]] > 1
    wanted = (end // self.size + 1) - len(table) + bool(shares)
    if wanted > len(self.free):
        raise RuntimeError(f"{wanted} blocks are wanted, and {len(self.free)} are free")
    new = [self.free.pop() for _ in range(wanted)]
    self.users[new] = 1
    if shares:
        self.users[table[-1]] -= 1
        self.kept[:, new[0]] = self.kept[:, table.pop()]
    table += new
    self.lengths[text] = end
    positions = np.arange(start, end)
    blocks, places = np.array(table)[positions // self.size], positions % self.size
    self.kept[:, blocks, places] = np.stack([k, v]).swapaxes(1, 2)


@mistake("5.3 PagedCache.append", "length stays", says="after 2 positions the length is 0")
def append(self, text, k, v):
    table, start = self.tables[text], self.lengths[text]
    end = start + k.shape[1]
    shares = start % self.size and self.users[table[-1]] > 1
    wanted = -(-end // self.size) - len(table) + bool(shares)
    if wanted > len(self.free):
        raise RuntimeError(f"{wanted} blocks are wanted, and {len(self.free)} are free")
    new = [self.free.pop() for _ in range(wanted)]
    self.users[new] = 1
    if shares:
        self.users[table[-1]] -= 1
        self.kept[:, new[0]] = self.kept[:, table.pop()]
    table += new
    positions = np.arange(start, end)
    blocks, places = np.array(table)[positions // self.size], positions % self.size
    self.kept[:, blocks, places] = np.stack([k, v]).swapaxes(1, 2)


@mistake("5.3 PagedCache.append", "positions from 0", says="are written over the first")
def append(self, text, k, v):
    table, start = self.tables[text], self.lengths[text]
    end = start + k.shape[1]
    shares = start % self.size and self.users[table[-1]] > 1
    wanted = -(-end // self.size) - len(table) + bool(shares)
    if wanted > len(self.free):
        raise RuntimeError(f"{wanted} blocks are wanted, and {len(self.free)} are free")
    new = [self.free.pop() for _ in range(wanted)]
    self.users[new] = 1
    if shares:
        self.users[table[-1]] -= 1
        self.kept[:, new[0]] = self.kept[:, table.pop()]
    table += new
    self.lengths[text] = end
    positions = np.arange(end - start)
    blocks, places = np.array(table)[positions // self.size], positions % self.size
    self.kept[:, blocks, places] = np.stack([k, v]).swapaxes(1, 2)


@mistake("5.3 PagedCache.append", "keys twice", says="keys stand for both")
def append(self, text, k, v):
    table, start = self.tables[text], self.lengths[text]
    end = start + k.shape[1]
    shares = start % self.size and self.users[table[-1]] > 1
    wanted = -(-end // self.size) - len(table) + bool(shares)
    if wanted > len(self.free):
        raise RuntimeError(f"{wanted} blocks are wanted, and {len(self.free)} are free")
    new = [self.free.pop() for _ in range(wanted)]
    self.users[new] = 1
    if shares:
        self.users[table[-1]] -= 1
        self.kept[:, new[0]] = self.kept[:, table.pop()]
    table += new
    self.lengths[text] = end
    positions = np.arange(start, end)
    blocks, places = np.array(table)[positions // self.size], positions % self.size
    self.kept[:, blocks, places] = np.stack([k, k]).swapaxes(1, 2)


@mistake("5.3 PagedCache.append", "copied too late", says="copied after it was written to")
def append(self, text, k, v):
    table, start = self.tables[text], self.lengths[text]
    end, old = start + k.shape[1], None
    shares = start % self.size and self.users[table[-1]] > 1
    wanted = -(-end // self.size) - len(table) + bool(shares)
    if wanted > len(self.free):
        raise RuntimeError(f"{wanted} blocks are wanted, and {len(self.free)} are free")
    new = [self.free.pop() for _ in range(wanted)]
    self.users[new] = 1
    if shares:
        old = table.pop()
        self.users[old] -= 1
    table += new
    self.lengths[text] = end
    positions = np.arange(start, end)
    blocks, places = np.array(table)[positions // self.size], positions % self.size
    self.kept[:, blocks, places] = np.stack([k, v]).swapaxes(1, 2)
    if shares:
        self.kept[:, new[0]] = self.kept[:, old]


@mistake("5.3 PagedCache.append", "values over keys", says="values are written over keys")
def append(self, text, k, v):
    table, start = self.tables[text], self.lengths[text]
    end = start + k.shape[1]
    shares = start % self.size and self.users[table[-1]] > 1
    wanted = -(-end // self.size) - len(table) + bool(shares)
    if wanted > len(self.free):
        raise RuntimeError(f"{wanted} blocks are wanted, and {len(self.free)} are free")
    new = [self.free.pop() for _ in range(wanted)]
    self.users[new] = 1
    if shares:
        self.users[table[-1]] -= 1
        self.kept[:, new[0]] = self.kept[:, table.pop()]
    table += new
    self.lengths[text] = end
    for t in range(start, end):
        for part in (k, v):
            self.kept[0, table[t // self.size], t % self.size] = part[:, t - start]


@mistake("5.3 PagedCache.append", "exchanged", says="keys and values are exchanged")
def append(self, text, k, v):
    table, start = self.tables[text], self.lengths[text]
    end = start + k.shape[1]
    shares = start % self.size and self.users[table[-1]] > 1
    wanted = -(-end // self.size) - len(table) + bool(shares)
    if wanted > len(self.free):
        raise RuntimeError(f"{wanted} blocks are wanted, and {len(self.free)} are free")
    new = [self.free.pop() for _ in range(wanted)]
    self.users[new] = 1
    if shares:
        self.users[table[-1]] -= 1
        self.kept[:, new[0]] = self.kept[:, table.pop()]
    table += new
    self.lengths[text] = end
    positions = np.arange(start, end)
    blocks, places = np.array(table)[positions // self.size], positions % self.size
    self.kept[:, blocks, places] = np.stack([v, k]).swapaxes(1, 2)


@mistake("5.3 PagedCache.append", "blocks are taken one by one", says="and something has changed")
def append(self, text, k, v):
    table, start = self.tables[text], self.lengths[text]
    end = start + k.shape[1]
    shares = start % self.size and self.users[table[-1]] > 1
    wanted = -(-end // self.size) - len(table) + bool(shares)
    new, had = [], len(self.free)
    for _ in range(wanted):
        if not self.free:
            raise RuntimeError(f"{wanted} blocks are wanted, and {had} are free")
        new.append(self.free.pop())
    self.users[new] = 1
    if shares:
        self.users[table[-1]] -= 1
        self.kept[:, new[0]] = self.kept[:, table.pop()]
    table += new
    self.lengths[text] = end
    positions = np.arange(start, end)
    blocks, places = np.array(table)[positions // self.size], positions % self.size
    self.kept[:, blocks, places] = np.stack([k, v]).swapaxes(1, 2)


@mistake("5.3 PagedCache.append", "the copy is not counted", says="one for a copy, if shared")
def append(self, text, k, v):
    table, start = self.tables[text], self.lengths[text]
    end = start + k.shape[1]
    shares = start % self.size and self.users[table[-1]] > 1
    wanted = -(-end // self.size) - len(table) + bool(shares)
    if wanted - bool(shares) > len(self.free):
        raise RuntimeError(f"{wanted} blocks are wanted, and {len(self.free)} are free")
    new = [self.free.pop() for _ in range(wanted)]
    self.users[new] = 1
    if shares:
        self.users[table[-1]] -= 1
        self.kept[:, new[0]] = self.kept[:, table.pop()]
    table += new
    self.lengths[text] = end
    positions = np.arange(start, end)
    blocks, places = np.array(table)[positions // self.size], positions % self.size
    self.kept[:, blocks, places] = np.stack([k, v]).swapaxes(1, 2)


@mistake("5.3 PagedCache.append", "too few is an IndexError", says="should raise RuntimeError")
def append(self, text, k, v):
    table, start = self.tables[text], self.lengths[text]
    end = start + k.shape[1]
    shares = start % self.size and self.users[table[-1]] > 1
    wanted = -(-end // self.size) - len(table) + bool(shares)
    new = [self.free.pop() for _ in range(wanted)]
    self.users[new] = 1
    if shares:
        self.users[table[-1]] -= 1
        self.kept[:, new[0]] = self.kept[:, table.pop()]
    table += new
    self.lengths[text] = end
    positions = np.arange(start, end)
    blocks, places = np.array(table)[positions // self.size], positions % self.size
    self.kept[:, blocks, places] = np.stack([k, v]).swapaxes(1, 2)


@mistake("5.3 PagedCache.append", "an unknown text begins", says="text 41")
def append(self, text, k, v):
    table, start = self.tables.setdefault(text, []), self.lengths.setdefault(text, 0)
    end = start + k.shape[1]
    shares = start % self.size and self.users[table[-1]] > 1
    wanted = -(-end // self.size) - len(table) + bool(shares)
    if wanted > len(self.free):
        raise RuntimeError(f"{wanted} blocks are wanted, and {len(self.free)} are free")
    new = [self.free.pop() for _ in range(wanted)]
    self.users[new] = 1
    if shares:
        self.users[table[-1]] -= 1
        self.kept[:, new[0]] = self.kept[:, table.pop()]
    table += new
    self.lengths[text] = end
    positions = np.arange(start, end)
    blocks, places = np.array(table)[positions // self.size], positions % self.size
    self.kept[:, blocks, places] = np.stack([k, v]).swapaxes(1, 2)


@mistake(
    "5.3 PagedCache.append", "users of the first block", says="whose last block is its own by then"
)
def append(self, text, k, v):
    table, start = self.tables[text], self.lengths[text]
    end = start + k.shape[1]
    shares = start % self.size and self.users[table[0]] > 1
    wanted = -(-end // self.size) - len(table) + bool(shares)
    if wanted > len(self.free):
        raise RuntimeError(f"{wanted} blocks are wanted, and {len(self.free)} are free")
    new = [self.free.pop() for _ in range(wanted)]
    self.users[new] = 1
    if shares:
        self.users[table[-1]] -= 1
        self.kept[:, new[0]] = self.kept[:, table.pop()]
    table += new
    self.lengths[text] = end
    positions = np.arange(start, end)
    blocks, places = np.array(table)[positions // self.size], positions % self.size
    self.kept[:, blocks, places] = np.stack([k, v]).swapaxes(1, 2)


@mistake("5.3 PagedCache.append", "copied into the last of the new blocks", says="what text 1 has")
def append(self, text, k, v):
    table, start = self.tables[text], self.lengths[text]
    end = start + k.shape[1]
    shares = start % self.size and self.users[table[-1]] > 1
    wanted = -(-end // self.size) - len(table) + bool(shares)
    if wanted > len(self.free):
        raise RuntimeError(f"{wanted} blocks are wanted, and {len(self.free)} are free")
    new = [self.free.pop() for _ in range(wanted)]
    self.users[new] = 1
    if shares:
        self.users[table[-1]] -= 1
        self.kept[:, new[-1]] = self.kept[:, table.pop()]
    table += new
    self.lengths[text] = end
    positions = np.arange(start, end)
    blocks, places = np.array(table)[positions // self.size], positions % self.size
    self.kept[:, blocks, places] = np.stack([k, v]).swapaxes(1, 2)


@mistake(
    "5.3 PagedCache.read", "the rest of the last block", says="the rest of the last block comes too"
)
def read(self, text):
    _, _, _, n_head, D = self.kept.shape
    rows = self.kept[:, self.tables[text]].reshape(2, -1, n_head, D)
    k, v = rows.swapaxes(1, 2)
    return k, v


@mistake(
    "5.3 PagedCache.read",
    "in the order of numbers",
    says="blocks are read in the order of their numbers",
)
def read(self, text):
    _, _, _, n_head, D = self.kept.shape
    rows = self.kept[:, sorted(self.tables[text])].reshape(2, -1, n_head, D)[
        :, : self.lengths[text]
    ]
    k, v = rows.swapaxes(1, 2)
    return k, v


@mistake("5.3 PagedCache.read", "time first", says="time comes before the heads")
def read(self, text):
    _, _, _, n_head, D = self.kept.shape
    rows = self.kept[:, self.tables[text]].reshape(2, -1, n_head, D)[:, : self.lengths[text]]
    k, v = rows
    return k, v


@mistake("5.3 PagedCache.read", "full blocks alone", says="not full is left out")
def read(self, text):
    length = self.lengths[text] // self.size * self.size
    rows = self.kept[:, self.tables[text]].reshape(2, -1, *self.kept.shape[3:])[:, :length]
    k, v = rows.swapaxes(1, 2)
    return k, v


@mistake("5.3 PagedCache.read", "keys twice", says="keys stand for both")
def read(self, text):
    rows = self.kept[0, self.tables[text]].reshape(-1, *self.kept.shape[3:])
    k = rows[: self.lengths[text]].swapaxes(0, 1)
    return k, k.copy()


@mistake("5.3 PagedCache.read", "values first", says="values come first")
def read(self, text):
    _, _, _, n_head, D = self.kept.shape
    rows = self.kept[:, self.tables[text]].reshape(2, -1, n_head, D)[:, : self.lengths[text]]
    k, v = rows.swapaxes(1, 2)
    return v, k


@mistake("5.3 PagedCache.read", "reshaped with the heads in front", says="and not turned")
def read(self, text):
    _, _, _, n_head, D = self.kept.shape
    rows = self.kept[:, self.tables[text]].reshape(2, n_head, -1, D)[:, :, : self.lengths[text]]
    k, v = rows
    return k, v


@mistake("5.3 PagedCache.read", "a view", says="once what was read is changed")
def read(self, text):
    _, _, _, n_head, D = self.kept.shape
    if len(self.tables[text]) == 1:
        rows = self.kept[:, self.tables[text][0], : self.lengths[text]]
    else:
        rows = self.kept[:, self.tables[text]].reshape(2, -1, n_head, D)
        rows = rows[:, : self.lengths[text]]
    k, v = rows.swapaxes(1, 2)
    return k, v


@mistake(
    "5.3 PagedCache.read",
    "block after block, with none to begin with",
    says="came of a text without positions",
)
def read(self, text):
    _, _, _, n_head, D = self.kept.shape
    if not self.tables[text]:
        return self.kept[:, 0, :0]
    rows = self.kept[:, self.tables[text]].reshape(2, -1, n_head, D)[:, : self.lengths[text]]
    k, v = rows.swapaxes(1, 2)
    return k, v


@mistake("5.3 PagedCache.read", "an unknown text is empty", says="should raise KeyError")
def read(self, text):
    _, _, _, n_head, D = self.kept.shape
    rows = self.kept[:, self.tables.get(text, [])].reshape(2, -1, n_head, D)[
        :, : self.lengths.get(text, 0)
    ]
    k, v = rows.swapaxes(1, 2)
    return k, v


@mistake("5.3 PagedCache.fork", "one table for both", says="both texts have one list for a table")
def fork(self, text):
    table, length = self.tables[text], self.lengths[text]
    other = self.begin()
    self.tables[other], self.lengths[other] = table, length
    self.users[table] += 1
    return other


@mistake("5.3 PagedCache.fork", "nobody is counted", says="then nobody knows")
def fork(self, text):
    table, length = self.tables[text], self.lengths[text]
    other = self.begin()
    self.tables[other], self.lengths[other] = table.copy(), length
    return other


@mistake("5.3 PagedCache.fork", "all is copied", says="a fork takes none")
def fork(self, text):
    other = self.begin()
    self.append(other, *self.read(text))
    return other


@mistake("5.3 PagedCache.fork", "full blocks alone", says="the new text has 3 positions")
def fork(self, text):
    table, length = self.tables[text], self.lengths[text]
    other = self.begin()
    full = length // self.size
    self.tables[other], self.lengths[other] = table[:full], full * self.size
    self.users[table[:full]] += 1
    return other


@mistake("5.3 PagedCache.fork", "the same text", says="came back")
def fork(self, text):
    table, length = self.tables[text], self.lengths[text]
    other = self.begin()
    self.tables[other], self.lengths[other] = table.copy(), length
    self.users[table] += 1
    return text


@mistake("5.3 PagedCache.fork", "the last block alone is counted", says="`users` is")
def fork(self, text):
    table, length = self.tables[text], self.lengths[text]
    other = self.begin()
    self.tables[other], self.lengths[other] = table.copy(), length
    self.users[table[-1:]] += 1
    return other


@mistake("5.3 PagedCache.fork", "users set to 2", says="`users` is")
def fork(self, text):
    table, length = self.tables[text], self.lengths[text]
    other = self.begin()
    self.tables[other], self.lengths[other] = table.copy(), length
    self.users[table] = 2
    return other


@mistake("5.3 PagedCache.fork", "an unknown text begins", says="should raise KeyError")
def fork(self, text):
    table, length = self.tables.get(text, []), self.lengths.get(text, 0)
    other = self.begin()
    self.tables[other], self.lengths[other] = table.copy(), length
    self.users[table] += 1
    return other


@mistake(
    "5.3 PagedCache.fork", "begun before it is looked up", says="was refused, and the tables are"
)
def fork(self, text):
    other = self.begin()
    table, length = self.tables[text], self.lengths[text]
    self.tables[other], self.lengths[other] = table.copy(), length
    self.users[table] += 1
    return other


@mistake(
    "5.3 PagedCache.fork", "named by how many there are", says="as many as there are is no new name"
)
def fork(self, text):
    table, length = self.tables[text], self.lengths[text]
    other = len(self.tables)
    self.tables[other], self.lengths[other] = table.copy(), length
    self.users[table] += 1
    return other


@mistake("5.3 PagedCache.end", "free once all are unshared", says="they are lost (a leak)")
def end(self, text):
    table = self.tables.pop(text)
    del self.lengths[text]
    self.users[table] -= 1
    self.free += table if not self.users[table].any() else []


@mistake("5.3 PagedCache.end", "a leak", says="they are lost (a leak)")
def end(self, text):
    table = self.tables.pop(text)
    del self.lengths[text]
    self.users[table] -= 1


@mistake("5.3 PagedCache.end", "shared blocks are given back", says="shared by mistake")
def end(self, text):
    table = self.tables.pop(text)
    del self.lengths[text]
    self.users[table] -= 1
    self.free += table


@mistake("5.3 PagedCache.end", "shared blocks are never given back", says="`users` is")
def end(self, text):
    table = self.tables.pop(text)
    del self.lengths[text]
    self.free += [block for block in table if self.users[block] == 1]
    for block in table:
        if self.users[block] == 1:
            self.users[block] = 0


@mistake("5.3 PagedCache.end", "users are not counted down", says="they are lost (a leak)")
def end(self, text):
    table = self.tables.pop(text)
    del self.lengths[text]
    self.free += [block for block in table if self.users[block] == 0]


@mistake("5.3 PagedCache.end", "looked at before it is counted down", says="they are lost (a leak)")
def end(self, text):
    table = self.tables.pop(text)
    del self.lengths[text]
    self.free += [block for block in table if self.users[block] == 0]
    self.users[table] -= 1


@mistake("5.3 PagedCache.end", "the text stays", says="is still in `tables` or `lengths`")
def end(self, text):
    table = self.tables[text]
    self.tables[text] = []
    self.users[table] -= 1
    self.free += [block for block in table if self.users[block] == 0]


@mistake("5.3 PagedCache.end", "the length stays", says="is still in `tables` or `lengths`")
def end(self, text):
    table = self.tables.pop(text)
    self.users[table] -= 1
    self.free += [block for block in table if self.users[block] == 0]


@mistake("5.3 PagedCache.end", "ends twice", says="should raise KeyError")
def end(self, text):
    table = self.tables.pop(text, [])
    self.lengths.pop(text, None)
    self.users[table] -= 1
    self.free += [block for block in table if self.users[block] == 0]


@mistake("5.3 PagedCache.end", "the last block alone", says="they are lost (a leak)")
def end(self, text):
    table = self.tables.pop(text)
    del self.lengths[text]
    self.users[table] -= 1
    self.free += [block for block in table[-1:] if self.users[block] == 0]


@mistake("5.3 PagedCache.end", "users set to 0", says="shared by mistake")
def end(self, text):
    table = self.tables.pop(text)
    del self.lengths[text]
    self.users[table] = 0
    self.free += [block for block in table if self.users[block] == 0]
