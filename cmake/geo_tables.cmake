# Compiles the range tables that script/bootstrap took out of Debian's
# tor-geoipdb into geo.tables beside the program, which the master maps.

set(TRAWL_GEOIP ${CMAKE_SOURCE_DIR}/build/geoip CACHE PATH
	"where the text tables geoip and geoip6 are")
foreach(table geoip geoip6)
	if(NOT EXISTS ${TRAWL_GEOIP}/${table})
		message(FATAL_ERROR "${TRAWL_GEOIP}/${table} is missing, the table "
			"that countries come from: run script/bootstrap")
	endif()
endforeach()

add_executable(geo_compile ${CMAKE_SOURCE_DIR}/cmake/geo_compile.c)
target_compile_options(geo_compile PRIVATE ${warnings})
target_link_libraries(geo_compile PRIVATE geo)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/geo.tables
	COMMAND geo_compile ${TRAWL_GEOIP}/geoip ${TRAWL_GEOIP}/geoip6
		${CMAKE_BINARY_DIR}/geo.tables
	DEPENDS geo_compile ${TRAWL_GEOIP}/geoip ${TRAWL_GEOIP}/geoip6
	COMMENT "Compiling the tables of countries"
	VERBATIM)
add_custom_target(geo_tables ALL DEPENDS ${CMAKE_BINARY_DIR}/geo.tables)
add_dependencies(trawl geo_tables)
install(FILES ${CMAKE_BINARY_DIR}/geo.tables DESTINATION share/trawl)
