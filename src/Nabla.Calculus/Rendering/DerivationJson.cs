using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Nabla.Calculus.Derivations;

namespace Nabla.Calculus.Rendering;

/// <summary>
/// A derivation as one JSON object: <c>title</c> and <c>sections</c>; a section has <c>title</c>, <c>steps</c> and <c>remarks</c>; a step has
/// <c>label</c>, <c>rule</c> (a stable <c>id</c> and its <c>statement</c>), <c>relation</c>, the two sides as <c>left</c> and <c>right</c> in
/// Unicode and both as <c>latex</c>, <c>shape</c>, <c>conditions</c>, and the <c>steps</c> that it is made of.
/// </summary>
public static class DerivationJson
{
    /// <summary>The sections as one line of JSON.</summary>
    public static string Write(string title, IReadOnlyList<Section> sections)
    {
        ArgumentNullException.ThrowIfNull(sections);
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("title", title);
            json.WriteStartArray("sections");
            foreach (Section section in sections)
            {
                json.WriteStartObject();
                json.WriteString("title", section.Title);
                WriteSteps(json, section.Steps);
                WriteTexts(json, "remarks", section.Remarks);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteSteps(Utf8JsonWriter json, IReadOnlyList<Step> steps)
    {
        json.WriteStartArray("steps");
        foreach (Step step in steps)
        {
            json.WriteStartObject();
            json.WriteString("label", step.Label);
            json.WriteStartObject("rule");
            json.WriteString("id", step.Rule.Id);
            json.WriteString("statement", step.Rule.Statement);
            json.WriteEndObject();
            json.WriteString("relation", step.Relation switch
            {
                Relation.Definition => "definition",
                Relation.Update => "update",
                _ => "equal",
            });
            json.WriteString("left", Notation.Text.Print(step.Left));
            json.WriteString("right", Notation.Text.Print(step.Right));
            json.WriteString("latex", DerivationText.Line(step, Notation.Latex));
            if (step.Indexed is not null)
            {
                json.WriteString("elements", DerivationText.Line(step, Notation.Text));
            }

            WriteTexts(json, "shape", [$"{step.Shape.Rows}", $"{step.Shape.Columns}"]);
            WriteTexts(json, "conditions", DerivationText.Conditions(step, Notation.Text));
            WriteSteps(json, step.Steps);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
