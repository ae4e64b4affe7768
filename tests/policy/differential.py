"""Asks the engine and the reference the same random questions. usage: differential.py DRIVER [SEED]"""

import random
import subprocess
import sys

import reference

KEYS = {
    "aws:username": ["ann"],
    "aws:principaltag/star": ["*"],
    "aws:principaltag/colons": ["a:b"],
    "aws:principaltag/empty": [""],
    "aws:principalarn": ["arn:aws:iam::1:a"],
    "aws:tagkeys": ["a", "b"],
}
QUESTIONS = 30000


class Questions:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def some(self, pieces, most):
        return "".join(self.random.choice(pieces) for _ in range(self.random.randint(0, most)))

    def pattern(self):
        variables = ["${aws:username}", "${AWS:PrincipalTag/star}", "${aws:PrincipalTag/empty}", "${aws:TagKeys}"]
        odd = ["${aws:none}", "${aws:none, 'a'}", "${aws:username,'b'}", "${*}", "${?}", "${$}", "$", "{", "}", "${"]
        return self.some(["a", "b", "é", "n", "*", "*", "?", ":"] * 4 + variables + odd, 8)

    def value(self):
        return self.some(["a", "b", "é", "n", "ann", "*", "?", ":", "$", "{", "}"], 8)

    def arn_pattern(self):
        fields = [
            "arn",
            "aws",
            "s3",
            "",
            "1",
            "a",
            "*",
            "a*",
            "?",
            "${aws:username}",
            "a*b",
            "${aws:PrincipalTag/colons}",
        ]
        return ":".join(self.random.choice(fields) for _ in range(self.random.choice([1, 3, 5, 6, 6, 6, 7])))

    def arn(self):
        whole = self.random.choice(["arn", "arn", "arn", "x"])
        fields = ["aws", "s3", "", "1", "a", "ann", "a:b", "ab", "*"]
        return ":".join([whole] + [self.random.choice(fields) for _ in range(self.random.choice([3, 5, 5, 5, 6]))])

    def scalar(self, name):
        if name.startswith("Numeric"):
            return self.random.choice(
                ["1", "1.0", "-1", "10", "9", "+2", "1e1", "9007199254740993", "9007199254740992", "x", ""]
            )
        if name.startswith("Date"):
            return self.random.choice(
                [
                    "0",
                    "1577836800",
                    "2020-01-01",
                    "2020-01-01T00:00:00Z",
                    "2020-01-01T01:00:00+01:00",
                    "2020-01",
                    "2019-12-31T23:59:59.999Z",
                    "2020-02-30T00:00:99Z",
                    "x",
                ]
            )
        if "Ip" in name:
            return self.random.choice(
                [
                    "10.0.0.0/8",
                    "10.1.2.3",
                    "10.1.2.0/23",
                    "2001:db8::/32",
                    "2001:db8::1",
                    "0.0.0.0/0",
                    "::/0",
                    "10.0.0.0/33",
                    "x",
                ]
            )
        if name == "BinaryEquals":
            return self.random.choice(["", "YQ==", "YWI=", "a", "ab", "YQ"])
        if name in ("Bool", "Null"):
            return self.random.choice(["true", "false", "True", "x"])
        if name.startswith("Arn"):
            return self.random.choice([self.arn_pattern, self.arn])()
        return self.random.choice([self.pattern, self.value])()

    def condition(self):
        plain = self.random.choice([*reference.OPERATORS, "Null"])
        name = plain
        if plain != "Null":
            name = (
                self.random.choice(["", "", "ForAllValues:", "ForAnyValue:"])
                + plain
                + self.random.choice(["", "", "IfExists"])
            )
        policy = [self.scalar(plain) for _ in range(self.random.randint(0, 3))]
        request = [self.scalar(plain) for _ in range(self.random.choice([0, 1, 1, 1, 2, 3]))]
        return name, policy, request


def main():
    driver = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().getrandbits(32)
    questions = Questions(seed)
    lines = [f"key\t{name}\t{value}" for name, values in KEYS.items() for value in values]
    expected = []
    for _ in range(QUESTIONS):
        pattern, value = questions.pattern(), questions.value()
        lines.append(f"like\t{pattern}\t{value}")
        expected.append(reference.like(pattern, value, KEYS))
        pattern, value = questions.arn_pattern(), questions.arn()
        lines.append(f"arn\t{pattern}\t{value}")
        expected.append(reference.arn(pattern, value, KEYS))
        name, policy, request = questions.condition()
        joined = ["".join(f"{one}\x1f" for one in values) for values in (policy, request)]
        lines.append(f"condition\t{name}\t{joined[0]}\t{joined[1]}")
        expected.append(reference.condition(name, policy, request, KEYS))
    text = "\n".join(lines) + "\n"
    answers = subprocess.run([driver], input=text, capture_output=True, check=True, encoding="utf-8").stdout.split()
    asked = lines[-len(expected) :]
    assert len(answers) == len(expected), f"{len(answers)} answers to {len(expected)} questions"
    words = {True: "1", False: "0", None: "bad"}
    wrong = [(q, a, words[e]) for q, a, e in zip(asked, answers, expected, strict=True) if a != words[e]]
    for question, answer, should in wrong[:20]:
        print(f"{question!r}: the engine says {answer}, the reference {should}")
    print(
        f"{len(expected)} questions, {sum(a == '1' for a in answers)} of them match, {len(wrong)} differ; seed {seed}"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
