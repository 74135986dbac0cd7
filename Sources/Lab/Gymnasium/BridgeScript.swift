/// The other end of ``BridgeProcess``: the program that a Python interpreter is started with.
///
/// It keeps copies of one Gymnasium environment and does what it is asked, one answer a question. Questions come on standard input, answers go
/// where standard output was; what an environment prints goes to standard error instead. Numbers are in the machine's own byte order.
///
///     {"id", "kwargs", "copies", "time_limit", "seed"}\n   makes the copies; answer: a line of JSON with the spaces, or {"error", "message"}
///     R copy:u32 seed:i64                    begins an episode in one copy, seeded unless seed < 0; answer: header, row
///     C copy:u32 from:u32 seed:i64           makes one copy the same as another, its generator seeded anew; answer: header
///     S actions                              a step in every copy; an ended one begins again; answer: header, results
///     M moves:u8[copies] actions             the same in some copies
///
/// A header is status:u32 size:u32. Status 0: `size` episodes have ended; 1: the answer is a message of `size` bytes. Results are
/// rewards:f64[copies], terminated:u8[copies], truncated:u8[copies], zeros up to a multiple of 4, a row of observations a copy, and the row
/// that each ended episode ended in. A row is one i32 where observations are numbered, f32[width] else. An action is one i32, or f32[width].
enum BridgeScript {
  static let text = #"""
    import os
    import signal
    import sys


    def say(error, with_place=False):
        import re
        import traceback
        text = re.sub("\x1b\\[[0-9;]*m", "", " ".join(str(error).split()))
        frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith("<")]
        where = ""
        if with_place and frames:
            where = " (%s:%s)" % (os.path.basename(frames[-1].filename), frames[-1].lineno)
        return type(error).__name__ + (": " + text if text else "") + where


    class Refusal(Exception):
        def __init__(self, kind, message):
            super().__init__(message)
            self.kind = kind


    def numbering(spaces, space):
        """How many values a space of whole numbers has, and the rule that numbers them; None for other spaces."""
        if isinstance(space, spaces.Discrete):
            start = int(space.start)
            return int(space.n), lambda value: int(value) - start
        if isinstance(space, spaces.MultiDiscrete):
            counts = [int(n) for n in space.nvec.reshape(-1)]
            starts = [int(n) for n in space.start.reshape(-1)] if hasattr(space, "start") else [0] * len(counts)
            total = 1
            for n in counts:
                total *= n

            def number(value):
                result = 0
                for digit, n, start in zip(value.reshape(-1), counts, starts):
                    result = result * n + int(digit) - start
                return result

            return total, number
        if isinstance(space, spaces.Tuple):
            parts = [numbering(spaces, part) for part in space.spaces]
            if not parts or any(part is None for part in parts):
                return None
            total = 1
            for n, _ in parts:
                total *= n

            def number(value):
                result = 0
                for item, (n, rule) in zip(value, parts):
                    result = result * n + rule(item)
                return result

            return total, number
        return None


    def name(space):
        inner = ""
        if type(space).__name__ == "Tuple":
            inner = "(%s)" % ", ".join(type(part).__name__ for part in space.spaces)
        return type(space).__name__ + inner


    class Copies:
        def __init__(self, request):
            try:
                import gymnasium
                import numpy
            except ImportError as error:
                raise Refusal("missing", say(error))
            self.numpy = numpy
            spaces = gymnasium.spaces
            identity, kwargs = request["id"], request["kwargs"]
            limit = request["time_limit"]
            kwargs["max_episode_steps"] = None if limit == "default" else -1 if limit is None else limit
            import random
            random.seed(request["seed"])
            numpy.random.seed(request["seed"])
            self.count = request["copies"]
            self.copies = []
            try:
                for _ in range(self.count):
                    self.copies.append(gymnasium.make(identity, disable_env_checker=True, **kwargs))
            except gymnasium.error.DependencyNotInstalled as error:
                raise Refusal("missing", say(error))
            except (gymnasium.error.UnregisteredEnv, gymnasium.error.DeprecatedEnv) as error:
                raise Refusal("id", say(error))
            except ModuleNotFoundError as error:
                module = identity.partition(":")[0]
                raise Refusal("id" if ":" in identity and error.name == module else "missing", say(error))
            except TypeError as error:
                raise Refusal("kwargs", say(error))
            except gymnasium.error.Error as error:
                raise Refusal("id", say(error))
            except BaseException as error:
                raise Refusal("make", say(error, with_place=not isinstance(error, Exception)))
            copy = self.copies[0]
            limit = copy.spec.max_episode_steps if copy.spec else None
            seen, done = copy.observation_space, copy.action_space
            self.number = None
            numbered = numbering(spaces, seen)
            if numbered:
                count, self.number = numbered
                self.bound = count
                self.width = 1
                observation = {"states": count}
            elif type(seen) is spaces.Box:
                self.width = int(numpy.prod(seen.shape))
                if not 1 <= self.width <= 1000000:
                    raise Refusal("space", "observations of %d numbers" % self.width)
                observation = {"low": seen.low.reshape(-1).tolist(), "high": seen.high.reshape(-1).tolist()}
            else:
                raise Refusal("space", "observations of the space " + name(seen))
            if isinstance(done, spaces.Discrete):
                self.offset = int(done.start)
                self.reach = 1
                action = {"actions": int(done.n)}
            elif type(done) is spaces.Box:
                self.offset = None
                self.reach = int(numpy.prod(done.shape))
                if not 1 <= self.reach <= 10000:
                    raise Refusal("space", "actions of %d numbers" % self.reach)
                self.shape, self.dtype = done.shape, done.dtype
                action = {"low": done.low.reshape(-1).tolist(), "high": done.high.reshape(-1).tolist()}
            else:
                raise Refusal("space", "actions of the space " + name(done))
            self.spaces = {"observation": observation, "action": action, "time_limit": limit,
                           "version": gymnasium.__version__}
            n = self.count
            self.first = 8 + (10 * n + 3) // 4 * 4
            self.reply = bytearray(self.first + 8 * n * self.width)
            view = memoryview(self.reply)
            self.header = view[:8].cast("I")
            self.rewards = view[8:8 + 8 * n].cast("d")
            self.terminated = view[8 + 8 * n:8 + 9 * n]
            self.truncated = view[8 + 9 * n:8 + 10 * n]
            if self.number:
                self.rows = view[self.first:].cast("i")
            else:
                self.rows = numpy.frombuffer(self.reply, numpy.float32, offset=self.first).reshape(2 * n, self.width)
            self.view = view
            self.size = 1 + 4 * n * self.reach

        def put(self, row, observation):
            if self.number:
                value = self.number(observation)
                if not 0 <= value < self.bound:
                    raise ValueError("the observation %s is not in its space" % (observation,))
                self.rows[row] = value
            else:
                numbers = self.numpy.asarray(observation).reshape(-1)
                if numbers.size != self.width:
                    raise ValueError("an observation has %d numbers, its space %d" % (numbers.size, self.width))
                self.rows[row] = numbers

        def reset(self, copy, seed):
            observation, _ = self.copies[copy].reset() if seed < 0 else self.copies[copy].reset(seed=seed)
            self.put(0, observation)
            self.header[0] = self.header[1] = 0
            return self.view[:8], self.view[self.first:self.first + 4 * self.width]

        def become(self, copy, other, seed):
            import copy as duplicates
            from gymnasium.utils import seeding
            self.copies[copy] = duplicates.deepcopy(self.copies[other])
            self.copies[copy].unwrapped.np_random, _ = seeding.np_random(seed)
            self.header[0] = self.header[1] = 0
            return (self.view[:8],)

        def step(self, actions, moves):
            copies, rewards, terminated, truncated = self.copies, self.rewards, self.terminated, self.truncated
            put, offset, n = self.put, self.offset, self.count
            if offset is None:
                values = self.numpy.frombuffer(actions, self.numpy.float32).reshape((n,) + self.shape)
                if self.dtype != self.numpy.float32:
                    values = values.astype(self.dtype)
                else:
                    values = values.copy()
            else:
                values = memoryview(actions).cast("i")
            endings = 0
            for k in range(n):
                if moves is not None and not moves[k]:
                    continue
                action = values[k] if offset is None else values[k] + offset
                observation, reward, over, cut, _ = copies[k].step(action)
                rewards[k] = reward
                terminated[k] = 1 if over else 0
                truncated[k] = 1 if cut and not over else 0
                if over or cut:
                    put(n + endings, observation)
                    endings += 1
                    observation, _ = copies[k].reset()
                put(k, observation)
            self.header[0] = 0
            self.header[1] = endings
            return (self.view[:self.first + 4 * self.width * (n + endings)],)


    def main():
        import json
        import struct
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        channel = os.dup(0)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(2, 1)

        def read(into, start, end):
            while start < end:
                got = os.readv(channel, [into[start:end]])
                if got == 0:
                    os._exit(0)
                start += got

        def write(parts):
            for part in parts:
                while len(part):
                    part = part[os.write(channel, part):]

        copies = None
        question = memoryview(bytearray(1))
        while True:
            got = os.readv(channel, [question])
            if got == 0:
                os._exit(0)
            command = question[0]
            try:
                if command == 83:  # S
                    read(question, got, copies.size)
                    write(copies.step(question[1:copies.size], None))
                elif command == 77:  # M
                    end = copies.size + copies.count
                    read(question, got, end)
                    write(copies.step(question[1 + copies.count:end], question[1:1 + copies.count]))
                elif command == 82:  # R
                    read(question, got, 13)
                    write(copies.reset(*struct.unpack("=Iq", question[1:13])))
                elif command == 67:  # C
                    read(question, got, 17)
                    write(copies.become(*struct.unpack("=IIq", question[1:17])))
                else:
                    line = bytes(question[:got])
                    while not line.endswith(b"\n"):
                        more = os.read(channel, 65536)
                        if not more:
                            os._exit(0)
                        line += more
                    for copy in copies.copies if copies else []:
                        try:
                            copy.close()
                        except BaseException:  # What is over harms nobody.
                            pass
                    copies = None
                    try:
                        copies = Copies(json.loads(line))
                        answer = copies.spaces
                        question = memoryview(bytearray(max(64, copies.size + copies.count)))
                    except Refusal as error:
                        answer = {"error": error.kind, "message": str(error)}
                    except BaseException as error:
                        answer = {"error": "make", "message": say(error, with_place=True)}
                    write([json.dumps(answer).encode() + b"\n"])
            except BaseException as error:  # SystemExit, too: an environment is not the one to end this process.
                text = say(error, with_place=True).encode()
                write([struct.pack("=II", 1, len(text)), text])


    main()
    """#
}
