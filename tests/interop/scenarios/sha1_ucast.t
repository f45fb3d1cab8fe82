#!/bin/bash
# SPDX-License-Identifier: MIT
# Signed with sha1, over unicast.
. "$(dirname "$0")/../lib.sh"
interop_enter ref1 ref2

AUTHKEYS='auth 3\n3 sha1 another secret\n'
mixed_joined web sed -e 's/^bcast.*/ucast eth0 192.168.1.11\nucast eth0 192.168.1.12/'
moves_to_and_fro
done_testing
