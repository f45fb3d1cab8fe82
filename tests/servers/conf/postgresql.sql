-- SPDX-License-Identifier: MIT
CREATE ROLE lb LOGIN PASSWORD 'open sesame';
CREATE ROLE secure LOGIN PASSWORD 'open sesame';
CREATE DATABASE shop OWNER lb;
