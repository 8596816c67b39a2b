# The same service for Cap'n Proto, whose streams are calls that are not waited for.
@0xd2f6a1c5b3e89407;

interface Echo {
  say @0 (data :Data) -> (data :Data);
  up @1 (data :Data) -> stream;
  count @2 () -> (count :UInt32);
}
