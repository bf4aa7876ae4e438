# libsodium, linked statically so that what it maps comes from huge_map() instead
# of mmap(2), and goes back so (common/base/huge.h says why). Only its own references
# are renamed: for everybody else mmap stays mmap, also under sanitizers.

find_library(TRAWL_SODIUM_ARCHIVE libsodium.a HINTS ${sodium_LIBRARY_DIRS})
if(NOT TRAWL_SODIUM_ARCHIVE)
	message(FATAL_ERROR "libsodium.a is missing, the static libsodium (Debian "
		"has it in libsodium-dev): run script/bootstrap, or name it with "
		"-DTRAWL_SODIUM_ARCHIVE=PATH")
endif()
if(NOT CMAKE_OBJCOPY)
	message(FATAL_ERROR "objcopy is missing (Debian has it in binutils)")
endif()

set(archive ${CMAKE_BINARY_DIR}/libsodium_huge.a)
add_custom_command(OUTPUT ${archive}
	COMMAND ${CMAKE_OBJCOPY} --redefine-sym mmap=huge_map
		--redefine-sym munmap=huge_unmap ${TRAWL_SODIUM_ARCHIVE} ${archive}
	DEPENDS ${TRAWL_SODIUM_ARCHIVE}
	COMMENT "Renaming mmap and munmap in libsodium"
	VERBATIM)
add_custom_target(sodium_archive DEPENDS ${archive})
add_library(sodium STATIC IMPORTED)
add_dependencies(sodium sodium_archive)
set_target_properties(sodium PROPERTIES IMPORTED_LOCATION ${archive}
	INTERFACE_INCLUDE_DIRECTORIES "${sodium_INCLUDE_DIRS}"
	INTERFACE_LINK_LIBRARIES base) # where huge_map() is
