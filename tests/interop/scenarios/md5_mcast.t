#!/bin/bash
# SPDX-License-Identifier: MIT
# Signed with md5, over multicast.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2

AUTHKEYS='auth 2\n1 crc\n2 md5 a secret of both\n'
mixed_joined web sed -e 's/^bcast.*/mcast eth0 225.0.0.1 694 1 0/'
moves_to_and_fro
done_testing
