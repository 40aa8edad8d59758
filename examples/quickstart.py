"""Finds a known picture again in a folder: quickstart.py KNOWN FOLDER"""

import sys

import tutela

known, folder = sys.argv[1:]

# A picture becomes a hash of 256 bits and a quality; a NumPy array or the bytes of a file do as well.
hashed = tutela.hash_image(known)
print(f"{known}: hash {hashed.hash}, quality {hashed.quality}")

# Hashes become a list. Save it, and it opens again at once, whatever its size.
builder = tutela.ListBuilder()
builder.add(hashed.hash, id="example-1", category="demo", label="the quickstart's picture")
known_list = builder.build()

# Search: all and only the entries within the radius, nearest first.
index = tutela.Index(known_list)
for position, distance in index.search(hashed.hash, radius=31):
    print(f"entry {known_list.entry_name(position)} at distance {distance}")

# Scan: a row for each file, also for those that are no picture.
scan = tutela.Scanner(known_list).scan(folder)
for row in scan:
    for match in row.matches:
        print(f"{row.path} matches {match.entry_id} at distance {match.distance}")
print(f"{scan.totals.files} files, {scan.totals.count(tutela.Outcome.matched)} matched")
