"""The reference page is built from the OpenAPI description."""

from kernel.http.api.reference import build_reference


def test_an_answer_that_is_a_list_shows_the_fields_of_its_items():
    item = {"type": "object", "required": ["key"], "properties": {"key": {"type": "string"}}}
    listed = {"type": "array", "items": {"$ref": "#/components/schemas/Person"}}
    schema = {
        "paths": {
            "/people/": {
                "get": {
                    "operationId": "list_people",
                    "tags": ["People"],
                    "responses": {"200": {"content": {"application/json": {"schema": listed}}}},
                }
            }
        },
        "components": {"schemas": {"Person": item}},
    }
    [group] = build_reference(schema)
    [operation] = group.operations
    assert [(field.name, field.is_required) for field in operation.returns] == [("key", True)]
