# skerry_proto(NAME file.proto...)
#
# Stored values are protobuf messages. This makes the static library `skerry_NAME` from .proto files of the current
# directory; add NAME to the DEPS of the module that keeps them. A file is included as it lies under src/:
#
#   skerry_proto(storage_proto records.proto)
#   skerry_module(storage DEPS base storage_proto)         #include "storage/records.pb.h"
#
# Always the lite runtime, whatever the file says: no descriptors, no reflection, and a tenth of the library.
# The generated code has a root of its own, so that it can be a system directory: its warnings are not ours to fix.
find_program(SKERRY_PROTOC protoc REQUIRED)
find_library(SKERRY_PROTOBUF_LITE protobuf-lite REQUIRED)

function(skerry_proto name)
  set(root ${CMAKE_BINARY_DIR}/proto)
  file(MAKE_DIRECTORY ${root})
  set(generated)
  foreach(file ${ARGN})
    set(source ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    file(RELATIVE_PATH stem ${CMAKE_SOURCE_DIR}/src ${source})
    string(REGEX REPLACE "\\.proto$" "" stem ${stem})
    add_custom_command(
      OUTPUT ${root}/${stem}.pb.cc ${root}/${stem}.pb.h
      COMMAND ${SKERRY_PROTOC} --proto_path=${CMAKE_SOURCE_DIR}/src --cpp_out=lite:${root} ${source}
      DEPENDS ${source}
      VERBATIM)
    list(APPEND generated ${root}/${stem}.pb.cc)
  endforeach()
  add_library(skerry_${name} STATIC ${generated})
  target_compile_options(skerry_${name} PRIVATE -w)
  target_include_directories(skerry_${name} SYSTEM PUBLIC ${root})
  target_link_libraries(skerry_${name} PUBLIC ${SKERRY_PROTOBUF_LITE} Threads::Threads)
endfunction()
