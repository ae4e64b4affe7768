# add_service(NAME): the API of one AWS service, generated from models/NAME.json, as library skerry_api_NAME.
#
# Outputs lie in ${CMAKE_BINARY_DIR}/gen/NAME/api and are included as "NAME/api/ops.h". An output whose content stays the
# same keeps its time, so that a change of the generator rebuilds only what it changes.
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)

function(add_service name)
  set(out ${CMAKE_BINARY_DIR}/gen)
  set(api ${out}/${name}/api)
  set(models ${CMAKE_SOURCE_DIR}/models)
  file(GLOB generator CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/codegen/*.py)
  set(facts ${models}/${name}.json ${models}/ops/${name}.txt ${models}/overlay/${name}.json)
  set(files ${api}/types.h ${api}/errors.h ${api}/ops.h ${api}/tables.cc)
  add_custom_command(
    OUTPUT ${api}/.stamp
    BYPRODUCTS ${files}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/codegen/generate.py --models ${models} --out ${out} ${name}
    COMMAND ${CMAKE_COMMAND} -E touch ${api}/.stamp
    DEPENDS ${generator} ${facts}
    COMMENT "Generating the ${name} API"
    VERBATIM)
  add_custom_target(generate_${name} DEPENDS ${api}/.stamp)
  add_library(skerry_api_${name} STATIC ${api}/tables.cc)
  add_dependencies(skerry_api_${name} generate_${name})
  target_link_libraries(skerry_api_${name} PUBLIC skerry_wire)
  target_compile_options(skerry_api_${name} PRIVATE -Os)  # constants and small accessors: size is all that counts
endfunction()
