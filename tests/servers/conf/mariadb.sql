-- SPDX-License-Identifier: MIT
CREATE USER lb@'%' IDENTIFIED BY 'open sesame';
CREATE DATABASE shop;
CREATE TABLE shop.items (name VARCHAR(80));
INSERT INTO shop.items VALUES ('tea'), ('coffee');
GRANT ALL ON shop.* TO lb@'%';
