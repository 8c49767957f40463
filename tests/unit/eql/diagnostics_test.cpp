// SPDX-License-Identifier: Apache-2.0
// The exact text that the author of a rule sees, once for each kind of mistake.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/eql_event.h"

namespace audisp_eql::eql {
namespace {

struct Row {
  std::string query, text;
};

// The text begins on its own line, to be read as it is printed.
const std::vector<Row>& rows() {
  static const std::vector<Row> kRows = {
      {R"q(any where a = 1)q", R"q(
rule:1:13: error: `=` does not compare
  any where a = 1
              ^
  hint: write `==`
)q"},
      {R"q(any where 'x' == a)q", R"q(
rule:1:11: error: single quotes do not make a string
  any where 'x' == a
            ^~~
  hint: write "text", or three double quotes on each side for text without escapes
)q"},
      {R"q(any where a == "x)q", R"q(
rule:1:16: error: this string is never closed
  any where a == "x
                 ^
  hint: a string ends on the line where it begins
)q"},
      {R"q(any where a == 1 /* never)q", R"q(
rule:1:18: error: this comment is never closed
  any where a == 1 /* never
                   ^~
  hint: comments nest: each `/*` needs its own `*/`
)q"},
      {R"q(any where a == "\w")q", R"q(
rule:1:17: error: `\w` is no escape
  any where a == "\w"
                  ^~
  hint: write `\\` for a backslash, or a raw string between three double quotes
)q"},
      {R"q(any where a && b)q", R"q(
rule:1:13: error: `&&` has no meaning here
  any where a && b
              ^~
  hint: write `and`
)q"},
      {R"q(any where a || b)q", R"q(
rule:1:13: error: `||` has no meaning here
  any where a || b
              ^~
  hint: write `or`
)q"},
      {R"q(any where a == 1 AND b == 2)q", R"q(
rule:1:18: error: expected the end of the query, found `AND`
  any where a == 1 AND b == 2
                   ^~~
  hint: keywords are lower case: write `and`
)q"},
      {R"q(any where a < b < c)q", R"q(
rule:1:17: error: comparisons do not chain
  any where a < b < c
                  ^
  hint: write `a < b and b < c`
)q"},
      {R"q(any where x not like "a*")q", R"q(
rule:1:13: error: `not` cannot stand before `like`
  any where x not like "a*"
              ^~~~~~~~
  hint: put `not` before the field: `not field like "..."`
)q"},
      {R"q(any where x not : "a*")q", R"q(
rule:1:13: error: `not` cannot stand before `:`
  any where x not : "a*"
              ^~~~~
  hint: put `not` before the field: `not field like "..."`
)q"},
      {R"q(any where sequence == 1)q", R"q(
rule:1:11: error: expected a condition, found `sequence`
  any where sequence == 1
            ^~~~~~~~
  hint: a keyword can be a field's name only in backticks
)q"},
      {R"q(any where a in ())q", R"q(
rule:1:17: error: this list is empty
  any where a in ()
                  ^
  hint: write at least one value
)q"},
      {R"q(any where a in "x")q", R"q(
rule:1:16: error: expected a list, found a string
  any where a in "x"
                 ^~~
  hint: write `in ("a", "b")`
)q"},
      {R"q(any where a == ("x", "y"))q", R"q(
rule:1:20: error: a list cannot stand here
  any where a == ("x", "y")
                     ^
  hint: write `field in (...)`
)q"},
      {R"q(any where (a == 1)q", R"q(
rule:1:18: error: expected `)`, found the end of the query
  any where (a == 1
                   ^
)q"},
      {R"q(any where a == 1 b)q", R"q(
rule:1:18: error: expected the end of the query, found `b`
  any where a == 1 b
                   ^
  hint: `and` and `or` join conditions
)q"},
      {R"q(any where a[0] == 1)q", R"q(
rule:1:12: error: a field takes no subscript
  any where a[0] == 1
             ^
  hint: a condition looks at all values of a field: it holds if one of them fits
)q"},
      {R"q(any where a : b)q", R"q(
rule:1:15: error: `:` takes constants only
  any where a : b
                ^
  hint: put text in double quotes; fields compare with `==`
)q"},
      {R"q(any where a like 5)q", R"q(
rule:1:18: error: `like` takes strings only
  any where a like 5
                   ^
  hint: compare numbers and booleans with `==`
)q"},
      {R"q(any where a : null)q", R"q(
rule:1:15: error: `:` takes no `null`
  any where a : null
                ^~~~
  hint: write `field == null`
)q"},
      {R"q(process)q", R"q(
rule:1:8: error: expected `where`, found the end of the query
  process
         ^
  hint: a query is `category where condition`
)q"},
      {R"q(process where)q", R"q(
rule:1:14: error: expected a condition, found the end of the query
  process where
               ^
)q"},
      {R"q(where a == 1)q", R"q(
rule:1:1: error: an event category is missing before `where`
  where a == 1
  ^~~~~
  hint: write `process where ...`, or `any where ...`
)q"},
      {R"q(process a == 1)q", R"q(
rule:1:9: error: expected `where`, found `a`
  process a == 1
          ^
  hint: a query is `category where condition`
)q"},
      {R"q(process where child of [file where true])q", R"q(
rule:1:21: error: expected the end of the query, found `of`
  process where child of [file where true]
                      ^~
  hint: process ancestry (`child of`) is not supported: use process.parent.* fields, or a sequence
)q"},
      {R"q(join by pid [a where true] [b where true])q", R"q(
rule:1:1: error: `join` is not supported
  join by pid [a where true] [b where true]
  ^~~~
  hint: use `sequence` or `sample`
)q"},
      {R"q(any where true | sort a)q", R"q(
rule:1:18: error: there is no pipe `sort`
  any where true | sort a
                   ^~~~
  hint: the pipes are `head N` and `tail N`
)q"},
      {R"q(any where true | head)q", R"q(
rule:1:22: error: expected a number of results, found the end of the query
  any where true | head
                       ^
)q"},
      {R"q(any where startswith(a))q", R"q(
rule:1:11: error: startsWith takes 2 arguments, not 1
  any where startswith(a)
            ^~~~~~~~~~~~~
)q"},
      {R"q(any where length())q", R"q(
rule:1:11: error: length takes 1 argument, not 0
  any where length()
            ^~~~~~~~
)q"},
      {R"q(any where cidrMatch(a, "10.0.0.0/33"))q", R"q(
rule:1:24: error: this is not a CIDR block
  any where cidrMatch(a, "10.0.0.0/33")
                         ^~~~~~~~~~~~~
  hint: write an address, or an address, `/` and a length: "10.0.0.0/8"
)q"},
      {R"q(any where startWith(a, "b"))q", R"q(
rule:1:11: error: there is no function `startWith`
  any where startWith(a, "b")
            ^~~~~~~~~
  hint: did you mean `startsWith`?
)q"},
      {R"q(any where wildcard(a, "b*"))q", R"q(
rule:1:11: error: there is no function `wildcard`
  any where wildcard(a, "b*")
            ^~~~~~~~
  hint: write `field : "..."` or `field like "..."`
)q"},
      {R"q(any where length~(a) == 1)q", R"q(
rule:1:11: error: length has no form that ignores case
  any where length~(a) == 1
            ^~~~~~
  hint: leave the `~` out
)q"},
      {R"q(any where length(5) == 1)q", R"q(
rule:1:18: error: length takes text as argument 1, and this is a number
  any where length(5) == 1
                   ^
)q"},
      {R"q(any where a + "x" == 1)q", R"q(
rule:1:15: error: arithmetic needs numbers, and this is text
  any where a + "x" == 1
                ^~~
  hint: concat(...) joins text, number(...) reads it
)q"},
      {R"q(any where a regex "(a")q", R"q(
rule:1:19: error: a `(` is never closed
  any where a regex "(a"
                    ^~~~
  hint: write `\(` for the character itself
)q"},
      {R"q(any where a regex "a~b")q", R"q(
rule:1:19: error: `~` is an operator that is not supported in a regular expression
  any where a regex "a~b"
                    ^~~~~
  hint: write `\~` for the character itself
)q"},
      {R"q(any where a regex "*a")q", R"q(
rule:1:19: error: `*` has nothing to repeat
  any where a regex "*a"
                    ^~~~
  hint: write `\*` for the character itself
)q"},
      {R"q(any where a regex "\\n")q", R"q(
rule:1:19: error: `\n` has no meaning in a regular expression
  any where a regex "\\n"
                    ^~~~~
  hint: a letter after a backslash is one of d, w, s, D, W, S
)q"},
      {R"q(any where a regex ("a", "x{2"))q", R"q(
rule:1:25: error: a `{` is not followed by a count
  any where a regex ("a", "x{2")
                          ^~~~~
  hint: write `{2}`, `{2,}` or `{2,5}` up to 1000, or `\{` for the character itself
)q"},
      {R"q(sequence [a where true])q", R"q(
rule:1:1: error: a sequence needs at least two stages
  sequence [a where true]
  ^~~~~~~~
  hint: for one kind of event write `category where ...`, or `with runs=N` behind the stage
)q"},
      {R"q(sequence by x with maxspan=5 [a where true] [b where true])q", R"q(
rule:1:28: error: maxspan has no unit
  sequence by x with maxspan=5 [a where true] [b where true]
                             ^
  hint: the units are ms, s, m, h, d
)q"},
      {R"q(sequence by x with maxspan=0s [a where true] [b where true])q", R"q(
rule:1:28: error: maxspan is zero
  sequence by x with maxspan=0s [a where true] [b where true]
                             ^~
  hint: a sequence needs some time
)q"},
      {R"q(sequence by x with maxspan=2.5s [a where true] [b where true])q", R"q(
rule:1:28: error: expected a whole number and a unit, without a fraction
  sequence by x with maxspan=2.5s [a where true] [b where true]
                             ^~~
)q"},
      {R"q(sequence by x with maxspan=5y [a where true] [b where true])q", R"q(
rule:1:29: error: maxspan has an unknown unit
  sequence by x with maxspan=5y [a where true] [b where true]
                              ^
  hint: the units are ms, s, m, h, d
)q"},
      {R"q(sequence with maxspan=5s by x [a where true] [b where true])q", R"q(
rule:1:26: error: `by` comes before `with maxspan`
  sequence with maxspan=5s by x [a where true] [b where true]
                           ^~
  hint: write `sequence by ... with maxspan=...`
)q"},
      {R"q(sequence by x + 1 [a where true] [b where true])q", R"q(
rule:1:15: error: a join key is a plain field
  sequence by x + 1 [a where true] [b where true]
                ^
  hint: write `by field, field`
)q"},
      {R"q(sequence by x [a where true] ![b where true])q", R"q(
rule:1:30: error: a missing event needs `with maxspan`
  sequence by x [a where true] ![b where true]
                               ^~~~~~~~~~~~~~~
  hint: write `sequence by ... with maxspan=...`: without it absence is never certain
)q"},
      {R"q(sequence with maxspan=1s ![a where true] ![b where true])q", R"q(
rule:1:1: error: a sequence needs a stage that is not missing (`![`)
  sequence with maxspan=1s ![a where true] ![b where true]
  ^~~~~~~~
)q"},
      {R"q(sequence [a where true] by x, y [b where true] by z)q", R"q(
rule:1:48: error: this stage has 1 join key, the first stage 2
  sequence [a where true] by x, y [b where true] by z
                                                 ^~~~
  hint: every stage, missing ones and `until` included, needs the same number after its `by`
)q"},
      {R"q(sequence [a where true] by x [b where true] by x until [c where true])q", R"q(
rule:1:56: error: `until` has 0 join keys, the first stage 1
  sequence [a where true] by x [b where true] by x until [c where true]
                                                         ^~~~~~~~~~~~~~
  hint: every stage, missing ones and `until` included, needs the same number after its `by`
)q"},
      {R"q(sequence [a where true] with runs=101 [b where true])q", R"q(
rule:1:35: error: runs is a whole number from 1 to 100
  sequence [a where true] with runs=101 [b where true]
                                    ^~~
)q"},
      {R"q(sequence [a where true] with maxspan=1s [b where true])q", R"q(
rule:1:30: error: maxspan belongs to the whole sequence
  sequence [a where true] with maxspan=1s [b where true]
                               ^~~~~~~
  hint: write `sequence by ... with maxspan=...` before the stages
)q"},
      {R"q(sequence [a where true] [b where true] until [c where true] with runs=2)q", R"q(
rule:1:46: error: `until` takes no `with runs`
  sequence [a where true] [b where true] until [c where true] with runs=2
                                               ^~~~~~~~~~~~~~
)q"},
      {R"q(sample [a where true] [b where true])q", R"q(
rule:1:1: error: a sample needs a join key
  sample [a where true] [b where true]
  ^~~~~~
  hint: write `sample by field [...] [...]`
)q"},
      {R"q(sample by x with maxspan=1s [a where true] [b where true])q", R"q(
rule:1:13: error: a sample has no maxspan
  sample by x with maxspan=1s [a where true] [b where true]
              ^~~~
  hint: its events may come in any order and time
)q"},
      {R"q(sample by x [a where true] ![b where true])q", R"q(
rule:1:28: error: a sample has no missing events
  sample by x [a where true] ![b where true]
                             ^~
  hint: `![` is for sequences
)q"},
  };
  return kRows;
}

TEST_CASE("each mistake gets its message, its place and its hint") {
  for (const Row& row : rows()) {
    CAPTURE(row.query);
    CHECK("\n" + test::errors_of(row.query) == row.text);
  }
}

TEST_CASE("all errors of a stage are reported, in the order of the text") {
  const std::string text = test::errors_of("any where lenght(a) == 1 and cidrMatch(b, \"x\") and length() == 2");
  CHECK(text.find("there is no function `lenght`") < text.find("this is not a CIDR block"));
  CHECK(text.find("this is not a CIDR block") < text.find("length takes 1 argument, not 0"));
}

TEST_CASE("a place in a text of several lines is named by line and column") {
  CHECK("\n" + test::errors_of("process where\n  a == 1 and\n  b = 2") == R"q(
rule:3:5: error: `=` does not compare
    b = 2
      ^
  hint: write `==`
)q");
}

}  // namespace
}  // namespace audisp_eql::eql
