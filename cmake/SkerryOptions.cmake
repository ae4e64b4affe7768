# Compiler settings that hold for every target.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
add_compile_options(-fPIC)  # for libraries and programs alike, so that both can use one precompiled header

set(SKERRY_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize=, e.g. address,undefined")
option(SKERRY_FUZZ "Build the fuzz targets (clang)" OFF)
option(SKERRY_TESTS "Build the unit tests" ON)

add_compile_options(-Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ says it of designated initialisers too, whose point is that what is not named has its default.
  add_compile_options(-Wno-missing-field-initializers)
  # False positives of g++ 12 in optimised coroutines and in std::optional<std::string>.
  add_compile_options(-Wno-maybe-uninitialized -Wno-dangling-pointer -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds)
else()
  # The same for clang, which still says it of lists without names. And std::stable_sort of libstdc++ 12 uses a function
  # that it deprecates itself, which clang reports at the caller.
  add_compile_options(-Wno-missing-designated-field-initializers -Wno-deprecated-declarations)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")  # line tables, so that a stack in a report can be read
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")

if(SKERRY_SANITIZE)
  add_compile_options(-fsanitize=${SKERRY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -O1)
  add_link_options(-fsanitize=${SKERRY_SANITIZE})
endif()
if(SKERRY_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
endif()

find_program(SKERRY_CCACHE ccache)
if(SKERRY_CCACHE)
  # Without the sloppiness ccache keeps out of the way of everything that uses a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${SKERRY_CCACHE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)
  endif()
endif()
find_program(SKERRY_MOLD mold)
if(SKERRY_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
if(SKERRY_TESTS)
  find_package(GTest REQUIRED)
endif()
