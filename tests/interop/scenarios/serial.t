#!/bin/bash
# SPDX-License-Identifier: MIT
# The only medium is a serial cable (tests/live/null_modem.c): text framing in both directions, sha1.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2

AUTHKEYS='auth 3\n3 sha1 OverTheCable\n'
INITDEAD_MS=$LONG_INITDEAD_MS cluster_mixed web sed -e 's/^bcast .*/serial \/dev\/ttyS1/' -e 's/^baud .*/baud 115200/'
cable_new
cable baud 115200
check 'both daemons start' both_start
check 'the first node serves and both are at rest' soon settled_on 1
moves_to_and_fro
done_testing
