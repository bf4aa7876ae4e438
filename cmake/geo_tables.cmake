# Compiles the range tables that script/bootstrap took out of Debian's
# tor-geoipdb into geo.tables beside the program, which the master maps.
